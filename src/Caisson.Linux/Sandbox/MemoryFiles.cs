using System.Globalization;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Sandbox;

/// <summary>Files that are in memory only, seen only inside the namespaces of the build, and gone with them at the latest.</summary>
public sealed class MemoryFiles : IAsyncDisposable
{
    private const int MaxBytesEach = 1 << 20;

    // Whoever a step runs as comes through to a file that is meant for it, and lists nothing.
    private const string DirectoryMode = "0711";

    private readonly PrivateNamespaces _namespaces;
    private readonly string _path;
    private int _count;

    private MemoryFiles(PrivateNamespaces namespaces, string path)
    {
        _namespaces = namespaces;
        _path = path;
    }

    /// <summary>Makes a place for files.</summary>
    /// <param name="namespaces">Where it is seen.</param>
    /// <param name="work">For the directory that it is mounted on.</param>
    /// <param name="count">For how many files.</param>
    /// <param name="opensDevices">Whether devices in it can be opened.</param>
    /// <exception cref="SystemCallException">The kernel does not allow it.</exception>
    public static async Task<MemoryFiles> CreateAsync(PrivateNamespaces namespaces, WorkPlace work, int count, bool opensDevices = false)
    {
        string path = work.NewDirectory("memory");
        string options = string.Create(CultureInfo.InvariantCulture, $"mode={DirectoryMode},size={(long)count * MaxBytesEach}");
        MountFlags flags = MountFlags.NoSetId | (opensDevices ? MountFlags.None : MountFlags.NoDevices);
        await namespaces.RunAsync(() => Mounts.Mount("tmpfs", path, "tmpfs", flags, options)).ConfigureAwait(false);
        return new MemoryFiles(namespaces, path);
    }

    /// <summary>Writes a file of up to 1 MiB and returns its path.</summary>
    /// <param name="content">What it holds.</param>
    /// <param name="mode">Its permission bits.</param>
    /// <param name="uid">Its owner.</param>
    /// <param name="gid">Its group.</param>
    /// <exception cref="SystemCallException">Memory is short.</exception>
    public Task<string> WriteAsync(ReadOnlyMemory<byte> content, int mode, uint uid, uint gid)
    {
        string name = (++_count).ToString(CultureInfo.InvariantCulture);
        return _namespaces.RunAsync(() =>
        {
            using DirectoryHandle directory = DirectoryHandle.Open(_path);
            using (SafeFileHandle file = directory.CreateFile(name, 0))
                RandomAccess.Write(file, content.Span, fileOffset: 0);
            directory.SetOwnerOrRoot(name, uid, gid);
            directory.SetMode(name, mode);
            return Path.Combine(_path, name);
        });
    }

    /// <summary>Makes a device and returns its path.</summary>
    /// <param name="kind">A character or a block device.</param>
    /// <param name="number">Major and minor number.</param>
    /// <param name="mode">Permission bits.</param>
    /// <param name="uid">Its owner.</param>
    /// <param name="gid">Its group.</param>
    /// <exception cref="SystemCallException">This process may not make devices.</exception>
    public Task<string> AddDeviceAsync(FileKind kind, (uint Major, uint Minor) number, int mode, uint uid, uint gid)
    {
        string name = (++_count).ToString(CultureInfo.InvariantCulture);
        return _namespaces.RunAsync(() =>
        {
            using DirectoryHandle directory = DirectoryHandle.Open(_path);
            directory.CreateNode(name, kind, mode, number.Major, number.Minor);
            directory.SetOwnerOrRoot(name, uid, gid);
            directory.SetMode(name, mode);
            return Path.Combine(_path, name);
        });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _namespaces.RunAsync(() => Mounts.Unmount(_path)).ConfigureAwait(false);
}
