using Caisson.Linux.Files;
using Caisson.Linux.Native;

namespace Caisson.Engine;

/// <summary>A directory of the store with what a client sent, for one who uses it alone until it is disposed.</summary>
public sealed class ClientDirectory : IDisposable
{
    private readonly FileLock _held;
    private readonly IDisposable _claimed;
    private readonly Claims _claims;
    private readonly string _name;

    internal ClientDirectory(string path, FileLock held, IDisposable claimed, Claims claims, string name)
    {
        Path = path;
        _held = held;
        _claimed = claimed;
        _claims = claims;
        _name = name;
    }

    /// <summary>Where it is. It holds what was left in it by who had it before.</summary>
    public string Path { get; }

    /// <summary>Begins to change what is in it, until the result is disposed of.</summary>
    public IDisposable BeginChange() => _claims.Begin();

    /// <summary>Says that something is about to come into it, while it is being changed: what is known of the store's size is no longer true.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void Grow() => _claims.AddNew(_name);

    /// <summary>What a user is told when the disk does not take what comes into it; null for a failure that is another.</summary>
    public BuildException? ExplainFull(IOException failure) => SystemCallException.SaysDiskFull(failure) ? Failures.DiskFull(failure, Path, Path) : null;

    /// <summary>Lets others have it, and housekeeping remove it.</summary>
    public void Dispose()
    {
        _held.Dispose();
        _claimed.Dispose();
    }
}
