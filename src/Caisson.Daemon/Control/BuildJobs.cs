using System.Collections.Concurrent;
using Grpc.Core;

namespace Caisson.Daemon.Control;

/// <summary>The builds that go on, by the name that their clients gave them.</summary>
internal sealed class BuildJobs(TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Of a build that ended at once, clients ask for the status afterwards.
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<BuildJob>> _jobs = new(StringComparer.Ordinal);

    /// <summary>A build begins.</summary>
    /// <exception cref="RpcException">There is one of this name.</exception>
    public void Add(BuildJob job)
    {
        TaskCompletionSource<BuildJob> place = _jobs.GetOrAdd(job.Reference, static _ => NewPlace());
        if (!place.TrySetResult(job))
            throw new RpcException(new Status(StatusCode.AlreadyExists, $"the build {job.Reference} goes on"));
    }

    /// <summary>A build has ended. Its status can be asked for a little longer.</summary>
    public void End(BuildJob job)
    {
        Task forgetting = ForgetAsync(job);
        _ = forgetting; // it does not fail
    }

    /// <summary>The build of a name. Clients ask for its status while it is only about to begin.</summary>
    /// <exception cref="RpcException">There is none.</exception>
    public async Task<BuildJob> GetAsync(string reference, CancellationToken ct)
    {
        TaskCompletionSource<BuildJob> place = _jobs.GetOrAdd(reference, static _ => NewPlace());
        try
        {
            return await place.Task.WaitAsync(Patience, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            if (!place.Task.IsCompleted)
                _jobs.TryRemove(KeyValuePair.Create(reference, place));
            if (e is OperationCanceledException)
                throw;
            throw new RpcException(new Status(StatusCode.NotFound, $"no such job {reference}"));
        }
    }

    private async Task ForgetAsync(BuildJob job)
    {
        await Task.Delay(Kept, time).ConfigureAwait(false);
        _jobs.TryRemove(job.Reference, out _);
    }

    private static TaskCompletionSource<BuildJob> NewPlace() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
