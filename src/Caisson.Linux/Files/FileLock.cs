using System.Runtime.InteropServices;
using Caisson.Linux.Native;

namespace Caisson.Linux.Files;

/// <summary>An advisory lock between processes, held on a file or a directory. The kernel releases it when its holder ends, however that happens.</summary>
public sealed class FileLock : IDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(5);

    private readonly SafeHandle _file;

    private FileLock(SafeHandle file) => _file = file;

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

    /// <summary>Takes the lock if no one has it; null otherwise. The file is made when it is not there, and stays.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static FileLock? TryAcquire(string path) => TryAcquire(AdvisoryLock.OpenFile(path));

    /// <summary>Takes the lock together with others that share it, if no one has it alone; null otherwise. The file is made when it is not there, and stays.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static FileLock? TryAcquireShared(string path) => TryAcquire(AdvisoryLock.OpenFile(path), isShared: true);

    /// <summary>Takes the lock of an existing directory if no one has it; null otherwise.</summary>
    /// <exception cref="IOException">The directory cannot be opened.</exception>
    public static FileLock? TryAcquireDirectory(string path) => TryAcquire(DirectoryHandle.Open(path));

    /// <summary>Takes the lock of an existing directory together with others that share it, if no one has it alone; null otherwise.</summary>
    /// <exception cref="IOException">The directory cannot be opened.</exception>
    public static FileLock? TryAcquireSharedDirectory(string path) => TryAcquire(DirectoryHandle.Open(path), isShared: true);

    /// <summary>Takes the lock of an existing directory, keeping the thread waiting for other holders.</summary>
    /// <exception cref="IOException">The directory cannot be opened.</exception>
    public static FileLock AcquireDirectory(string path)
    {
        DirectoryHandle directory = DirectoryHandle.Open(path);
        AdvisoryLock.Take(directory);
        return new FileLock(directory);
    }

    /// <summary>Takes the lock, keeping the thread waiting for other holders. The file is made when it is not there, and stays.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static FileLock Acquire(string path)
    {
        SafeHandle file = AdvisoryLock.OpenFile(path);
        AdvisoryLock.Take(file);
        return new FileLock(file);
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose()
    {
        // Not left to the end of the opening: a process that this one starts at the moment has that too, until its program begins.
        if (!_file.IsClosed)
            AdvisoryLock.Release(_file);
        _file.Dispose();
    }

    private static FileLock? TryAcquire(SafeHandle file, bool isShared = false)
    {
        if (AdvisoryLock.TryTake(file, isShared))
            return new FileLock(file);
        file.Dispose();
        return null;
    }
}
