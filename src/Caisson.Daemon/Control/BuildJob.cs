using System.Collections.Concurrent;
using Caisson.Daemon.Proto.Gateway;
using Caisson.Linux.Files;
using Google.Protobuf.WellKnownTypes;
using ControlRequest = Caisson.Daemon.Proto.Control.SolveRequest;

namespace Caisson.Daemon.Control;

/// <summary>One build of a client, from its request to its answer.</summary>
internal sealed class BuildJob(ControlRequest request, StatusLog status, CancellationToken stopped)
{
    private readonly TaskCompletionSource<ReturnRequest> _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);

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

    /// <summary>The directories with files of results that its part in the client reads, by the name of the result.</summary>
    public ConcurrentDictionary<string, Lazy<Task<string>>> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>What its part in the client came to; to be waited for when there is one.</summary>
    public Task<ReturnRequest> Returned => _returned.Task;

    /// <summary>Removes what was made for its part in the client.</summary>
    public async Task CleanAsync()
    {
        foreach (Lazy<Task<string>> files in Files.Values)
        {
            try
            {
                DirectoryRemoval.Remove(await files.Value.ConfigureAwait(false));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // It was not made; what was begun goes with the daemon.
            }
        }
    }

    /// <summary>Its part in the client has ended.</summary>
    public void Return(ReturnRequest result) => _returned.TrySetResult(result);
}
