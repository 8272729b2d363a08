using System.Text;
using Caisson.Engine.Graph;
using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Steps;

/// <summary>A tree of one file whose content stands in the build definition.</summary>
internal sealed class InlineTree : IFileTree
{
    private const int FileMode = 0x1A4; // 0644

    private readonly string _contentPath;
    private readonly FileEntry _file;

    private InlineTree(string contentPath, FileEntry file)
    {
        _contentPath = contentPath;
        _file = file;
    }

    /// <summary>Writes the file to disk, for those who need its bytes later.</summary>
    public static InlineTree Write(WorkPlace work, CopySource.Inline inline)
    {
        string path = work.NewPath("inline");
        byte[] content = inline.IsBase64 ? Convert.FromBase64String(inline.Content) : Encoding.UTF8.GetBytes(inline.Content);
        File.WriteAllBytes(path, content);
        return new InlineTree(path, new FileEntry { Path = EntryPath.Clean(inline.Name), Kind = EntryKind.File, Mode = FileMode, SizeBytes = content.Length });
    }

    /// <inheritdoc/>
    public bool CanChange => false;

    /// <inheritdoc/>
    public FileEntry? Find(string path) => path == _file.Path ? _file : EmptyTree.Instance.Find(path);

    /// <inheritdoc/>
    public IEnumerable<FileEntry> Children(string directory) => directory == EntryPath.Parent(_file.Path) ? [_file] : [];

    /// <inheritdoc/>
    public SafeFileHandle Open(string path) => File.OpenHandle(_contentPath);
}
