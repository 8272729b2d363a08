using Caisson.Linux.Files;

namespace Caisson.Engine;

/// <summary>A directory of the store with what a client sent, for one who uses it alone until it is disposed.</summary>
public sealed class ClientDirectory : IDisposable
{
    private readonly FileLock _held;
    private readonly IDisposable _use;

    internal ClientDirectory(string path, FileLock held, IDisposable use)
    {
        Path = path;
        _held = held;
        _use = use;
    }

    /// <summary>Where it is. It holds what was left in it by who had it before.</summary>
    public string Path { get; }

    /// <summary>Lets others have it, and housekeeping remove it.</summary>
    public void Dispose()
    {
        _held.Dispose();
        _use.Dispose();
    }
}
