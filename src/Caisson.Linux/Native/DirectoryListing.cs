using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Caisson.Oci.Tar;

namespace Caisson.Linux.Native;

/// <summary>Reads the names in a directory: getdents64(2).</summary>
internal static partial class DirectoryListing
{
    private const int BufferBytes = 64 << 10;

    // linux/dirent.h, struct linux_dirent64: inode (8), offset (8), record length (2), type (1), name.
    private const int RecordLengthOffset = 16;
    private const int NameOffset = 19;

    /// <summary>All names but <c>.</c> and <c>..</c>, in ordinal order.</summary>
    public static unsafe List<string> Read(DirectoryHandle directory)
    {
        // The handle's offset is shared by its readers: a listing of its own leaves others undisturbed.
        using DirectoryHandle own = directory.OpenDirectory("");
        List<string> names = [];
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            fixed (byte* start = buffer)
            {
                while (GetDents(own, start, (nuint)buffer.Length) is nint length and not 0)
                {
                    if (length < 0)
                        throw SystemCallException.Last("getdents64");
                    AddNames(buffer.AsSpan(0, (int)length), names);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        names.Sort(string.CompareOrdinal);
        return names;
    }

    private static void AddNames(ReadOnlySpan<byte> records, List<string> names)
    {
        while (!records.IsEmpty)
        {
            int recordLength = BinaryPrimitives.ReadUInt16LittleEndian(records[RecordLengthOffset..]);
            ReadOnlySpan<byte> name = records[NameOffset..recordLength];
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                names.Add(PathText.Decode(name));
            records = records[recordLength..];
        }
    }

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    private static unsafe partial nint GetDents(DirectoryHandle directory, byte* buffer, nuint size);
}
