using Caisson.Linux.Native;

namespace Caisson.Engine;

/// <summary>Directories that clients send, kept so that the next time only what has changed need be sent.</summary>
/// <remarks>Thread-safe, and safe between processes.</remarks>
public sealed class ClientDirectories
{
    private readonly EngineParts _parts;

    internal ClientDirectories(EngineParts parts) => _parts = parts;

    /// <summary>Gives the directory that is kept for a key. While somebody has it, another gets one of its own.</summary>
    /// <param name="key">The same for what is likely to be the same directory of the same client.</param>
    /// <param name="description">What it is, for people who ask what the store holds.</param>
    /// <exception cref="BuildException">The store cannot be written to.</exception>
    public ClientDirectory Lease(string key, string description)
    {
        try
        {
            return _parts.ClientDirectories.Lease(key, description);
        }
        catch (Exception e) when (e is IOException or SystemCallException && Failures.Explain(e, _parts.Options.StatePath) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>A new, empty directory for what serves a client while its build goes on, such as sockets. Who asks removes it; when the process dies, it goes as well.</summary>
    /// <exception cref="BuildException">The store cannot be written to.</exception>
    public string NewWorkDirectory()
    {
        try
        {
            return _parts.Work.NewDirectory("client");
        }
        catch (IOException e) when (Failures.Explain(e, _parts.Options.StatePath) is { } explained)
        {
            throw explained;
        }
    }
}
