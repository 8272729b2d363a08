using System.Collections.Immutable;
using System.Globalization;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;

namespace Caisson.Linux.Sandbox;

/// <summary>A stack of layers mounted as one writable directory, in the namespaces of the build. What is written lands in a directory of its own.</summary>
public sealed class OverlayRoot : IAsyncDisposable
{
    // What overlay would otherwise do depends on the kernel's build: like this, the written directory holds plain copies and whiteouts.
    // volatile: nothing is flushed for a program that asks for it; the result is only ever used by this boot or flushed as a whole.
    private const string FixedOptions = "index=off,redirect_dir=nofollow,volatile";

    private readonly PrivateNamespaces _namespaces;

    private OverlayRoot(PrivateNamespaces namespaces, string workPath)
    {
        _namespaces = namespaces;
        Path = System.IO.Path.Combine(workPath, "m");
        WrittenPath = System.IO.Path.Combine(workPath, "u");
    }

    /// <summary>Where the merged tree is mounted; seen inside the namespaces only.</summary>
    public string Path { get; }

    /// <summary>The directory that holds what was written, as overlay keeps it. Complete after the unmount.</summary>
    public string WrittenPath { get; }

    /// <summary>Mounts layers.</summary>
    /// <param name="namespaces">Where.</param>
    /// <param name="work">For the directories that the mount needs.</param>
    /// <param name="layersTopFirst">Directories of the layers, the uppermost first; may be empty.</param>
    /// <param name="marks">The marks in those directories.</param>
    /// <param name="opensDevices">Whether devices in it can be opened.</param>
    /// <exception cref="SandboxException">The kernel does not mount overlay here.</exception>
    public static async Task<OverlayRoot> MountAsync(PrivateNamespaces namespaces, WorkPlace work, ImmutableArray<string> layersTopFirst, OverlayMarks marks, bool opensDevices = false)
    {
        string directory = work.NewDirectory("root");
        OverlayRoot root = new(namespaces, directory);
        foreach (string name in (string[])["u", "w", "m"])
            Directory.CreateDirectory(System.IO.Path.Combine(directory, name));
        ImmutableArray<string> layers = layersTopFirst.IsEmpty ? [Directory.CreateDirectory(System.IO.Path.Combine(directory, "empty")).FullName] : layersTopFirst;
        CopyRootAttributes(layers[^1], root.WrittenPath);
        // Links with short names: the options of a mount fit into one page, whatever the number of layers.
        for (int i = 0; i < layers.Length; i++)
            File.CreateSymbolicLink(System.IO.Path.Combine(directory, Name(i)), layers[i]);
        string lower = string.Join(':', Enumerable.Range(0, layers.Length).Select(Name));
        string options = $"lowerdir={lower},upperdir=u,workdir=w,{FixedOptions}{(marks.MountOption is { } own ? "," + own : "")}";
        await namespaces.RunAsync(() =>
        {
            Mounts.ChangeDirectory(directory);
            try
            {
                Mounts.Mount("overlay", "m", "overlay", opensDevices ? MountFlags.None : MountFlags.NoDevices, options);
            }
            catch (SystemCallException e) when (e.ErrorNumber is Errno.EINVAL or Errno.EPERM or Errno.ENODEV)
            {
                throw new SandboxException($"overlay cannot be mounted with files of {directory}: {SystemCallException.Describe(e.ErrorNumber)}; it needs a kernel of 5.11 or later for who is not root, and a store that is not on overlay itself", e);
            }
            finally
            {
                Mounts.ChangeDirectory("/");
            }
        }).ConfigureAwait(false);
        return root;
    }

    /// <summary>Opens the merged tree.</summary>
    public Task<DirectoryHandle> OpenAsync() => _namespaces.RunAsync(() => DirectoryHandle.Open(Path));

    /// <summary>Unmounts. What was written stays with the place that it was made in.</summary>
    public async ValueTask DisposeAsync() => await _namespaces.RunAsync(() => Mounts.Unmount(Path)).ConfigureAwait(false);

    private static string Name(int index) => index.ToString(CultureInfo.InvariantCulture);

    // The merged root shows the attributes of the uppermost directory, which is new.
    private static void CopyRootAttributes(string lowest, string written)
    {
        using DirectoryHandle from = DirectoryHandle.Open(lowest);
        using DirectoryHandle to = DirectoryHandle.Open(written);
        FileStatus status = from.Status();
        to.SetOwnAttributes(status.Mode, status.Uid, status.Gid);
    }
}
