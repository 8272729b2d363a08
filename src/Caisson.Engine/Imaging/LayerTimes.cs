using System.Buffers;
using System.IO.Compression;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Imaging;

/// <summary>
/// The times of a layer's entries, in the order of its list. The archive of a layer has those of one image, and a build of another time would make others
/// of the same layer: so these travel beside it.
/// </summary>
/// <remarks>
/// Runs of entries that have the same time: how many, then 0 for entries that carry the time of the image, or 1 with seconds and nanoseconds. Numbers are
/// unsigned LEB128, seconds folded so that small negative ones are small; all of it compressed (RFC 1951).
/// </remarks>
internal sealed class LayerTimes
{
    // Ten bytes for each entry of a layer with 800,000 files, before compression.
    private const int MaxBytes = 8 << 20;

    private readonly byte[] _compressed;

    private LayerTimes(byte[] compressed) => _compressed = compressed;

    /// <summary>As bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _compressed;

    /// <summary>The times of entries.</summary>
    public static LayerTimes Of(IEnumerable<FileEntry> entries)
    {
        ArrayBufferWriter<byte> runs = new();
        ulong count = 0;
        FileTime? last = null;
        foreach (FileEntry entry in entries)
        {
            if (count > 0 && entry.Modified != last)
            {
                WriteRun(runs, count, last);
                count = 0;
            }
            last = entry.Modified;
            count++;
        }
        if (count > 0)
            WriteRun(runs, count, last);
        using MemoryStream compressed = new();
        using (DeflateStream deflate = new(compressed, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(runs.WrittenSpan);
        return new LayerTimes(compressed.ToArray());
    }

    /// <summary>Takes bytes as they came; what they say is looked at by <see cref="Apply"/>.</summary>
    public static LayerTimes Read(byte[] bytes) => new(bytes);

    /// <summary>Entries with these times.</summary>
    /// <param name="entries">The entries of the archive, in the order of a list.</param>
    /// <param name="count">How many there are.</param>
    /// <exception cref="InvalidImageException">These are not the times of such entries.</exception>
    public IEnumerable<FileEntry> Apply(IEnumerable<FileEntry> entries, int count)
    {
        byte[] runs = Decompress();
        int position = 0;
        ulong left = 0;
        FileTime? time = null;
        foreach (FileEntry entry in entries)
        {
            if (left == 0)
                (left, time) = ReadRun(runs, ref position);
            left--;
            yield return entry.Kind == EntryKind.Whiteout ? entry : entry with { Modified = time };
        }
        if (left > 0 || position < runs.Length)
            throw new InvalidImageException($"the times of a layer are those of more than its {count} entries");
    }

    private byte[] Decompress()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            using DeflateStream inflate = new(new MemoryStream(_compressed, writable: false), CompressionMode.Decompress);
            using MemoryStream runs = new();
            while (inflate.Read(buffer) is int read and > 0)
            {
                runs.Write(buffer, 0, read);
                if (runs.Length > MaxBytes)
                    throw new InvalidImageException("the times of a layer are too many");
            }
            return runs.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidImageException("the times of a layer are damaged", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void WriteRun(ArrayBufferWriter<byte> runs, ulong count, FileTime? time)
    {
        WriteNumber(runs, count);
        WriteNumber(runs, time is null ? 0UL : 1);
        if (time is not { } own)
            return;
        WriteNumber(runs, (ulong)((own.Seconds << 1) ^ (own.Seconds >> 63)));
        WriteNumber(runs, (ulong)own.Nanoseconds);
    }

    private static (ulong Count, FileTime? Time) ReadRun(byte[] runs, ref int position)
    {
        ulong count = ReadNumber(runs, ref position);
        ulong hasTime = ReadNumber(runs, ref position);
        if (count == 0 || hasTime > 1)
            throw new InvalidImageException("the times of a layer are damaged");
        if (hasTime == 0)
            return (count, null);
        ulong seconds = ReadNumber(runs, ref position);
        ulong nanoseconds = ReadNumber(runs, ref position);
        return nanoseconds < 1_000_000_000
            ? (count, new FileTime((long)(seconds >> 1) ^ -(long)(seconds & 1), (int)nanoseconds))
            : throw new InvalidImageException("the times of a layer are damaged");
    }

    private static void WriteNumber(ArrayBufferWriter<byte> to, ulong number)
    {
        Span<byte> span = to.GetSpan(10);
        int length = 0;
        for (; number >= 0x80; number >>= 7)
            span[length++] = (byte)(number | 0x80);
        span[length++] = (byte)number;
        to.Advance(length);
    }

    private static ulong ReadNumber(byte[] bytes, ref int position)
    {
        ulong number = 0;
        for (int shift = 0; shift < 64 && position < bytes.Length; shift += 7)
        {
            byte next = bytes[position++];
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return number;
        }
        throw new InvalidImageException("the times of a layer are damaged");
    }
}
