using System.Buffers.Binary;
using Caisson.Linux.Native;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Files;

/// <summary>A hash table of <see cref="StatRecord"/>s that lies in a file as it lies in memory: read in one go, looked up without being unpacked.</summary>
/// <remarks>The file: a name with a version (16 bytes), the number of slots and of records (4 each), and the slots. Collisions go to the next free slot.</remarks>
internal sealed class StatTable
{
    private const int HeaderBytes = 24;
    private const int MaxSlots = 1 << 24;

    private readonly byte[] _bytes;
    private int _count;

    private StatTable(byte[] bytes, int count)
    {
        _bytes = bytes;
        _count = count;
        Slots = (bytes.Length - HeaderBytes) / StatRecord.SizeBytes;
    }

    /// <summary>How many slots there are, free or not.</summary>
    public int Slots { get; }

    /// <summary>How many records there are.</summary>
    public int Count => _count;

    private static ReadOnlySpan<byte> Version => "caisson-stats-1\n"u8;

    /// <summary>A table that has room for so many records; those that are too many are not taken.</summary>
    public static StatTable ForRecords(int count)
    {
        int slots = (int)Math.Min(((long)count * 5 / 4) + 1, MaxSlots);
        return new StatTable(new byte[HeaderBytes + (slots * StatRecord.SizeBytes)], 0);
    }

    /// <summary>Reads a file; null when it is not there, or no whole table of this version.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static StatTable? Read(string path)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        using (file)
        {
            long size = RandomAccess.GetLength(file);
            if (size < HeaderBytes || size > HeaderBytes + ((long)MaxSlots * StatRecord.SizeBytes))
                return null;
            byte[] bytes = GC.AllocateUninitializedArray<byte>((int)size);
            int read = 0;
            while (read < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(read), read) is int count and > 0)
                read += count;
            return read == bytes.Length ? Check(bytes) : null;
        }
    }

    /// <summary>Writes the table to a new file.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string path)
    {
        Version.CopyTo(_bytes);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(16), Slots);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(20), _count);
        using SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.Write(file, _bytes, 0);
    }

    /// <summary>A slot; its record may be free.</summary>
    public StatRecord this[int slot] => new(_bytes.AsSpan(HeaderBytes + (slot * StatRecord.SizeBytes), StatRecord.SizeBytes));

    /// <summary>Whether another record might find no room, or take long to find it.</summary>
    public bool IsFull => _count >= Slots - (Slots / 8) - 1;

    /// <summary>Finds the record of a file that is still as it was then.</summary>
    public bool TryFind(in FileStatus status, out int slot)
    {
        slot = SlotOf(status.Device, status.Inode);
        return slot >= 0 && !this[slot].IsFree && this[slot].IsOf(status);
    }

    /// <summary>The same records in a table that has twice the room.</summary>
    public StatTable Grown()
    {
        StatTable larger = ForRecords(_count * 2);
        larger.AddMissing(this);
        return larger;
    }

    /// <summary>Takes over the records of another table, of files that have none yet.</summary>
    public void AddMissing(StatTable other)
    {
        for (int slot = 0; slot < other.Slots; slot++)
        {
            if (!other[slot].IsFree)
                AddMissing(other[slot]);
        }
    }

    /// <summary>The slot that has a file, or that is free for it; -1 when the table is full.</summary>
    private int SlotOf(ulong device, ulong inode)
    {
        int slot = (int)Math.BigMul(Mix(device, inode), (ulong)Slots, out _);
        for (int tried = 0; tried < Slots; tried++)
        {
            StatRecord record = this[slot];
            if (record.IsFree || (record.Inode == inode && record.Device == device))
                return slot;
            slot = slot + 1 < Slots ? slot + 1 : 0;
        }
        return -1;
    }

    /// <summary>Writes the record of a file, over one that it has; nothing happens when there is no room.</summary>
    public void Set(in FileStatus status, Digest content, bool isTrusted, uint seenSeconds)
    {
        int slot = SlotOf(status.Device, status.Inode);
        if (slot < 0)
            return;
        _count += this[slot].IsFree ? 1 : 0;
        this[slot].Set(status, content, isTrusted, seenSeconds);
    }

    /// <summary>Takes a record over from another table, unless the file has one or there is no room.</summary>
    public void AddMissing(StatRecord record)
    {
        int slot = SlotOf(record.Device, record.Inode);
        if (slot < 0 || !this[slot].IsFree)
            return;
        _count++;
        this[slot].CopyFrom(record);
    }

    // Inode numbers come in rows; the table wants them scattered. The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
    private static ulong Mix(ulong device, ulong inode)
    {
        ulong mixed = inode + (device * 0x9E3779B97F4A7C15);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    private static StatTable? Check(byte[] bytes)
    {
        int slots = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(16));
        int count = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(20));
        bool isWhole = bytes.AsSpan(0, Version.Length).SequenceEqual(Version)
            && slots > 0
            && bytes.Length == HeaderBytes + ((long)slots * StatRecord.SizeBytes)
            && count >= 0
            && count <= slots;
        return isWhole ? new StatTable(bytes, count) : null;
    }
}
