using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.EngineApi;

/// <summary>Build contexts that come with a request of their own, beside that of the build. The two find each other by the name of the build, whichever is first. Thread-safe.</summary>
internal sealed class UploadedContexts(TimeProvider time)
{
    // As long as Docker's engine waits.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Meeting> _byBuild = new(StringComparer.Ordinal);

    /// <summary>Offers a context, and returns when the build that took it does not need it any more.</summary>
    /// <exception cref="ApiException">No build takes it.</exception>
    public async Task OfferAsync(string build, Stream context, CancellationToken ct)
    {
        Meeting meeting = _byBuild.GetOrAdd(build, static _ => new Meeting());
        if (!meeting.Offered.TrySetResult(context))
            throw ApiException.Bad($"the build {build} has its context");
        await MeetAsync(build, meeting, meeting.Taken.Task, "no build takes the context that was sent for it", ct).ConfigureAwait(false);
        // What comes is the request's own: it must not end while somebody reads.
        await meeting.Done.Task.ConfigureAwait(false);
    }

    /// <summary>Takes the context of a build, until the result is disposed of.</summary>
    /// <exception cref="ApiException">None is offered.</exception>
    public async Task<UploadedContext> TakeAsync(string build, CancellationToken ct)
    {
        Meeting meeting = _byBuild.GetOrAdd(build, static _ => new Meeting());
        Stream context = await MeetAsync(build, meeting, meeting.Offered.Task, "the context that the build was to take was not sent", ct).ConfigureAwait(false);
        if (!meeting.Taken.TrySetResult(true))
            throw ApiException.Bad($"the context of the build {build} is read already");
        _byBuild.TryRemove(KeyValuePair.Create(build, meeting));
        return new UploadedContext(context, meeting.Done.SetResult);
    }

    private async Task<T> MeetAsync<T>(string build, Meeting meeting, Task<T> other, string otherwise, CancellationToken ct)
    {
        try
        {
            return await other.WaitAsync(Patience, time, ct).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new ApiException(StatusCodes.Status500InternalServerError, otherwise);
        }
        finally
        {
            if (!other.IsCompletedSuccessfully)
                _byBuild.TryRemove(KeyValuePair.Create(build, meeting));
        }
    }

    private sealed class Meeting
    {
        public TaskCompletionSource<Stream> Offered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<bool> Taken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
