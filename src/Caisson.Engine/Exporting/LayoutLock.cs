using Caisson.Linux.Files;
using Caisson.Oci.Layout;

namespace Caisson.Engine.Exporting;

/// <summary>Guards the index of an OCI layout that is exported to, so that of two who write to it none loses what the other lists. The directory itself is locked: nothing stays in it.</summary>
internal static class LayoutLock
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>The lock of a directory.</summary>
    /// <param name="directory">The directory; it is there when the lock is taken.</param>
    /// <param name="time">For waiting for others.</param>
    public static AcquireLock Of(string directory, TimeProvider time) => async ct =>
    {
        while (true)
        {
            if (FileLock.TryAcquireDirectory(directory) is { } held)
                return new Held(held);
            await Task.Delay(RetryInterval, time, ct).ConfigureAwait(false);
        }
    };

    private sealed class Held(FileLock held) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            held.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
