using Caisson.Linux.Files;
using Caisson.Oci.Layout;

namespace Caisson.Engine.Imaging;

/// <summary>Guards the index of an OCI layout that others write to as well.</summary>
internal static class LayoutLock
{
    // BuildKit's clients lock the same file.
    private const string Name = "index.json.lock";

    /// <summary>The lock of a directory.</summary>
    /// <param name="directory">The directory; it is there when the lock is taken.</param>
    /// <param name="time">For waiting for others.</param>
    public static AcquireLock Of(string directory, TimeProvider time) =>
        async ct => new Held(await FileLock.AcquireAsync(Path.Combine(directory, Name), time, ct).ConfigureAwait(false));

    private sealed class Held(FileLock held) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            held.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
