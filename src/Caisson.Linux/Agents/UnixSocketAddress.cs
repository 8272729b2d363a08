using System.Globalization;
using System.Net.Sockets;
using Caisson.Linux.Native;

namespace Caisson.Linux.Agents;

/// <summary>The address of a unix socket by its directory. The kernel takes paths of at most 107 bytes, and those of a store may be longer.</summary>
internal sealed class UnixSocketAddress : IDisposable
{
    private readonly DirectoryHandle _directory;

    /// <summary>Opens the directory, which must stay open while the address is used.</summary>
    /// <exception cref="SystemCallException">It is not there.</exception>
    public UnixSocketAddress(string path)
    {
        _directory = DirectoryHandle.Open(Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : "/");
        string viaHandle = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_directory.DangerousGetHandle()}/{Path.GetFileName(path)}");
        EndPoint = new UnixDomainSocketEndPoint(viaHandle);
    }

    /// <summary>The address.</summary>
    public UnixDomainSocketEndPoint EndPoint { get; }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();
}
