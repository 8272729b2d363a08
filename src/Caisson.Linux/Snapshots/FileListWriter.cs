using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Caisson.Oci.Model;

namespace Caisson.Linux.Snapshots;

/// <summary>Writes a list of entries to a file, in order, and names it by what it holds. Memory does not grow with the list, but for eight bytes an entry.</summary>
/// <remarks>The file: the entries (<see cref="FileEntryEncoding"/>), the offset of each (eight bytes, little-endian), and a trailer (<see cref="FileListTrailer"/>).</remarks>
public sealed class FileListWriter : IDisposable
{
    private const int HashedAtOnceBytes = 16 << 10;

    private readonly FileStream _file;
    private readonly IncrementalHash _identity = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> _entry = new(512);
    private readonly ArrayBufferWriter<byte> _unhashed = new(HashedAtOnceBytes);
    private readonly List<long> _offsets = [];
    private long _position;
    private string? _last;

    /// <summary>Starts a list in a new file.</summary>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public FileListWriter(string path) => _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 64 << 10);

    /// <summary>Adds an entry, which must come after all that were added before (<see cref="EntryPath.Order"/>).</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public void Add(FileEntry entry)
    {
        if (_last is not null && EntryPath.Compare(_last, entry.Path) >= 0)
            throw new ArgumentException($"\"{entry.Path}\" does not come after \"{_last}\"", nameof(entry));
        _last = entry.Path;
        _offsets.Add(_position);
        _entry.ResetWrittenCount();
        FileEntryEncoding.Write(entry, _entry);
        Hash(_entry.WrittenSpan);
        FileEntryEncoding.WriteSource(entry, _entry);
        _file.Write(_entry.WrittenSpan);
        _position += _entry.WrittenCount;
    }

    /// <summary>Completes the list and returns its identity (<see cref="FileList.Identity"/>).</summary>
    public Digest Complete()
    {
        _identity.AppendData(_unhashed.WrittenSpan);
        Digest identity = Digest.FromSha256(_identity.GetHashAndReset());
        long tableOffset = _position;
        Span<byte> offset = stackalloc byte[sizeof(long)];
        foreach (long start in _offsets)
        {
            BinaryPrimitives.WriteInt64LittleEndian(offset, start);
            _file.Write(offset);
        }
        new FileListTrailer(tableOffset, _offsets.Count, identity).Write(_file);
        _file.Flush();
        return identity;
    }

    // Entries are small, and every call of the hash costs as much as one of them.
    private void Hash(ReadOnlySpan<byte> bytes)
    {
        if (_unhashed.WrittenCount + bytes.Length > HashedAtOnceBytes)
        {
            _identity.AppendData(_unhashed.WrittenSpan);
            _unhashed.ResetWrittenCount();
        }
        _unhashed.Write(bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _identity.Dispose();
    }
}
