using System.Text;
using Caisson.Engine.Graph;
using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Steps;

/// <summary>A tree of one file whose content stands in the build definition. It needs no place: the file is written for whoever reads it, and has no name.</summary>
internal sealed class InlineTree : IFileTree
{
    private const int UsualMode = 0x1A4; // 0644

    private readonly WorkPlace _work;
    private readonly ReadOnlyMemory<byte> _content;
    private readonly FileEntry _file;

    /// <summary>Makes one.</summary>
    /// <param name="work">Where the file is written.</param>
    /// <param name="path">The path of the file in the tree.</param>
    /// <param name="content">What it holds.</param>
    public InlineTree(WorkPlace work, string path, ReadOnlyMemory<byte> content)
    {
        _work = work;
        _content = content;
        _file = new FileEntry { Path = path, Kind = EntryKind.File, Mode = UsualMode, SizeBytes = content.Length };
    }

    /// <inheritdoc/>
    public bool CanChange => false;

    /// <summary>The tree of a source.</summary>
    public static InlineTree Of(WorkPlace work, CopySource.Inline inline) => new(work, EntryPath.Clean(inline.Name), Encoding.UTF8.GetBytes(inline.Content));

    /// <inheritdoc/>
    public FileEntry? Find(string path) => path == _file.Path ? _file : EmptyTree.Instance.Find(path);

    /// <inheritdoc/>
    public IEnumerable<FileEntry> Children(string directory) => directory == EntryPath.Parent(_file.Path) ? [_file] : [];

    /// <inheritdoc/>
    public SafeFileHandle Open(string path)
    {
        string name = _work.NewPath("inline");
        SafeFileHandle file = File.OpenHandle(name, FileMode.CreateNew, FileAccess.ReadWrite);
        try
        {
            File.Delete(name);
            RandomAccess.Write(file, _content.Span, fileOffset: 0);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public (Digest Content, long SizeBytes) Hash(string path, CancellationToken ct) => (Digest.OfBytes(_content.Span), _content.Length);
}
