using Caisson.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Files;

/// <summary>An advisory lock between processes, held on a file. The kernel releases it when its holder ends, however that happens.</summary>
public sealed class FileLock : IDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(5);

    private readonly SafeFileHandle _file;

    private FileLock(SafeFileHandle file) => _file = file;

    /// <summary>Takes the lock, waiting for other holders. The file is made when it is not there, and stays.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static async Task<FileLock> AcquireAsync(string path, TimeProvider time, CancellationToken ct)
    {
        while (true)
        {
            if (TryAcquire(path) is { } held)
                return held;
            await Task.Delay(RetryInterval, time, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the lock if no one has it; null otherwise.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static FileLock? TryAcquire(string path)
    {
        // FileShare.ReadWrite keeps .NET from taking a lock of its own.
        SafeFileHandle file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (file.TryLock())
            return new FileLock(file);
        file.Dispose();
        return null;
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose() => _file.Dispose();
}
