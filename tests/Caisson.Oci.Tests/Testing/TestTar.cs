using System.Formats.Tar;
using System.Text;

namespace Caisson.Oci.Tests.Testing;

/// <summary>Archives as somebody else writes them, entry by entry.</summary>
internal sealed class TestTar
{
    private readonly List<TarEntry> _entries = [];

    public TestTar File(string path, byte[] content) => Add(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) });

    public TestTar File(string path, string content) => File(path, Encoding.UTF8.GetBytes(content));

    public TestTar SymbolicLink(string path, string target) => Add(new PaxTarEntry(TarEntryType.SymbolicLink, path) { LinkName = target });

    public TestTar HardLink(string path, string target) => Add(new PaxTarEntry(TarEntryType.HardLink, path) { LinkName = target });

    public byte[] ToArray()
    {
        using MemoryStream stream = new();
        using (TarWriter writer = new(stream, TarEntryFormat.Pax, leaveOpen: true))
            _entries.ForEach(writer.WriteEntry);
        return stream.ToArray();
    }

    private TestTar Add(TarEntry entry)
    {
        _entries.Add(entry);
        return this;
    }
}
