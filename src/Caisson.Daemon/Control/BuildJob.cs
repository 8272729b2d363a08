using System.Collections.Concurrent;
using Caisson.Daemon.Proto.Gateway;
using Caisson.Engine;
using Caisson.Engine.Spelling;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using CallStatus = Grpc.Core.Status;
using ControlRequest = Caisson.Daemon.Proto.Control.SolveRequest;

namespace Caisson.Daemon.Control;

/// <summary>One build of a client, from its request to its answer.</summary>
internal sealed class BuildJob(ControlRequest request, StatusLog status, CancellationToken stopped)
{
    private const int MaxGraphs = 100;

    private readonly TaskCompletionSource<ReturnRequest> _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, Task<OpenedImage>> _files = new(StringComparer.Ordinal);
    private bool _isOver;
    private int _graphs;

    /// <summary>The name that the client gave it.</summary>
    public string Reference => request.Ref;

    /// <summary>What was asked for.</summary>
    public ControlRequest Request => request;

    /// <summary>The build context, where it came with the request (<see cref="ClientInputs.BodyLocation"/>); null when it did not. Read once.</summary>
    public Stream? Body { get; init; }

    /// <summary>When it began.</summary>
    public Timestamp Started { get; } = status.Now;

    /// <summary>What is told of it.</summary>
    public StatusLog Status => status;

    /// <summary>Cancelled when it is given up.</summary>
    public CancellationToken Stopped => stopped;

    /// <summary>The results that its part in the client was given, by name.</summary>
    public ConcurrentDictionary<string, FrontendResult> Results { get; } = new(StringComparer.Ordinal);

    /// <summary>What its part in the client came to; to be waited for when there is one.</summary>
    public Task<ReturnRequest> Returned => _returned.Task;

    /// <summary>Opens the files of a result that its part in the client reads, once, for as long as it goes on.</summary>
    /// <param name="reference">The name of the result.</param>
    /// <param name="open">Opens them.</param>
    /// <exception cref="RpcException">It has ended.</exception>
    public Task<OpenedImage> OpenFilesAsync(string reference, Func<Task<OpenedImage>> open)
    {
        lock (_files)
        {
            if (_isOver)
                throw new RpcException(new CallStatus(StatusCode.NotFound, $"the build {Reference} has ended"));
            // What failed may come about now.
            if (!_files.TryGetValue(reference, out Task<OpenedImage>? opening) || opening.IsFaulted || opening.IsCanceled)
                _files[reference] = opening = Task.Run(open);
            return opening;
        }
    }

    /// <summary>Counts a graph that a file holds, and that this build goes on with.</summary>
    /// <exception cref="UsageException">There are too many: whoever makes them may never end.</exception>
    public void CountGraph()
    {
        if (Interlocked.Increment(ref _graphs) > MaxGraphs)
            throw new UsageException($"the build takes more than {MaxGraphs} definitions from files");
    }

    /// <summary>Closes what was opened for its part in the client, and what is being opened as soon as that is done: nobody waits for it any more.</summary>
    public void Clean()
    {
        lock (_files)
            _isOver = true;
        foreach (Task<OpenedImage> opening in _files.Values)
            _ = opening.ContinueWith(static opened => opened.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Its part in the client has ended.</summary>
    public void Return(ReturnRequest result) => _returned.TrySetResult(result);
}
