using Caisson.Oci.Model;

namespace Caisson.Oci.Layout;

/// <summary>The files of a layout that is a directory. Links are followed as long as they stay within it.</summary>
internal sealed class DirectoryFiles(string root) : ILayoutFiles
{
    public string Place => root;

    public long? SizeOf(string path)
    {
        string full = root;
        foreach (string name in path.Split('/'))
        {
            full = Path.Combine(full, name);
            CheckLink(full, path);
        }
        FileInfo file = new(full);
        return file.Exists ? (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length : null;
    }

    // An empty file is not opened: it could be a pipe or a device, whose size is 0 as well.
    public Stream Open(string path) => SizeOf(path) == 0
        ? new MemoryStream([], writable: false)
        : new FileStream(Path.Combine(root, path), new FileStreamOptions
        {
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 1,
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        });

    private void CheckLink(string full, string path)
    {
        FileInfo file = new(full);
        if (file.LinkTarget is null)
            return;
        string? target = file.ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        if (target is not null && !target.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new InvalidImageException($"\"{path}\" in {root} is a link that leaves the layout");
    }
}
