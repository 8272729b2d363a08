using System.Buffers;
using System.Buffers.Binary;
using Caisson.Oci.Model;

namespace Caisson.Linux.Snapshots;

/// <summary>A list of entries on disk, in order; looked up and enumerated without being held in memory, unless it is small.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class FileList : IDisposable
{
    private const int ReadAheadBytes = 64 << 10;
    private const int HeldBytes = 4 << 20; // some 40,000 entries; larger lists are read piece by piece

    private readonly Microsoft.Win32.SafeHandles.SafeFileHandle _file;
    private readonly FileListTrailer _trailer;
    private readonly byte[]? _bytes; // the whole file, when it is a small one
    private volatile int _next;

    private FileList(Microsoft.Win32.SafeHandles.SafeFileHandle file, FileListTrailer trailer)
    {
        _file = file;
        _trailer = trailer;
        long size = trailer.TableOffset + (8L * trailer.Count);
        if (size > HeldBytes)
            return;
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)size);
        _bytes = RandomAccess.Read(file, bytes, 0) == bytes.Length ? bytes : null;
    }

    /// <summary>How many entries there are.</summary>
    public int Count => _trailer.Count;

    /// <summary>Names everything that the list says: equal identities make equal layers.</summary>
    public Digest Identity => _trailer.Identity;

    /// <summary>Opens a list.</summary>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is not a list.</exception>
    public static FileList Open(string path)
    {
        Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
        try
        {
            long size = RandomAccess.GetLength(file);
            byte[] trailer = new byte[FileListTrailer.SizeBytes];
            int read = size < trailer.Length ? 0 : RandomAccess.Read(file, trailer, size - trailer.Length);
            return new FileList(file, FileListTrailer.Read(trailer.AsSpan(0, read), size));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The entry of a path; null when the list has none.</summary>
    public FileEntry? Find(string path)
    {
        // Whoever opens the files of a list does so in its order: the next one is nearly always the one behind the last.
        int next = _next;
        if (next < Count && ReadAt(next) is var guessed && guessed.Path == path)
        {
            _next = next + 1;
            return guessed;
        }
        int index = FirstNotBefore(path);
        if (index >= Count || ReadAt(index) is var found && found.Path != path)
            return null;
        _next = index + 1;
        return found;
    }

    /// <summary>The entries of the names in a directory, in order.</summary>
    public IEnumerable<FileEntry> Children(string directory)
    {
        int index = directory.Length == 0 ? 0 : FirstNotBefore(directory + "/");
        while (index < Count && ReadAt(index) is var entry && EntryPath.IsWithin(entry.Path, directory))
        {
            if (entry.Path != directory)
                yield return entry;
            // Past everything below this child: nothing sorts between "x" and "x/…".
            index = entry.IsDirectory && entry.Path != directory ? FirstBehind(entry.Path) : index + 1;
        }
    }

    /// <summary>All entries in order.</summary>
    public IEnumerable<FileEntry> Entries()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReadAheadBytes);
        try
        {
            long bufferStart = 0;
            int buffered = 0;
            for (int index = 0; index < Count; index++)
            {
                (long start, int length) = Extent(index);
                if (length > buffer.Length)
                {
                    yield return ReadAt(index);
                    continue;
                }
                if (start < bufferStart || start + length > bufferStart + buffered)
                {
                    bufferStart = start;
                    buffered = RandomAccess.Read(_file, buffer, start);
                }
                yield return FileEntryEncoding.Read(buffer.AsSpan((int)(start - bufferStart), length));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // The index of the first entry whose path is not less.
    private int FirstNotBefore(string path) => FirstNot(p => EntryPath.Compare(p, path) < 0);

    // The index of the first entry that comes after a directory and all that is below it.
    private int FirstBehind(string directory) => FirstNot(p => EntryPath.Compare(p, directory) < 0 || EntryPath.IsWithin(p, directory));

    private int FirstNot(Func<string, bool> isBefore)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (isBefore(ReadAt(middle).Path))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private FileEntry ReadAt(int index)
    {
        (long start, int length) = Extent(index);
        if (_bytes is not null)
            return FileEntryEncoding.Read(_bytes.AsSpan((int)start, length));
        byte[] bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            int read = RandomAccess.Read(_file, bytes.AsSpan(0, length), start);
            return FileEntryEncoding.Read(bytes.AsSpan(0, read));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private (long Start, int Length) Extent(int index)
    {
        Span<byte> offsets = stackalloc byte[16];
        ReadTable(offsets, index);
        long start = BinaryPrimitives.ReadInt64LittleEndian(offsets);
        long end = index + 1 < Count ? BinaryPrimitives.ReadInt64LittleEndian(offsets[8..]) : _trailer.TableOffset;
        if (start < 0 || end < start || end > _trailer.TableOffset || end - start > int.MaxValue)
            throw new InvalidDataException("the file list is damaged");
        return (start, (int)(end - start));
    }

    private void ReadTable(Span<byte> offsets, int index)
    {
        long start = _trailer.TableOffset + (8L * index);
        if (_bytes is not null)
            _bytes.AsSpan((int)start, Math.Min(offsets.Length, _bytes.Length - (int)start)).CopyTo(offsets);
        else
            RandomAccess.Read(_file, offsets, start);
    }
}
