using System.Runtime.InteropServices;
using System.Diagnostics;

namespace Caisson.Linux.Native;

/// <summary>What the kernel knows of a file without opening it: statx(2).</summary>
/// <param name="Kind">What the name stands for.</param>
/// <param name="Mode">Permission bits, set-id and sticky bits included (12 bits).</param>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Group.</param>
/// <param name="SizeBytes">Length of a regular file or of a link's target.</param>
/// <param name="LinkCount">Names that this file has.</param>
public readonly record struct FileStatus(FileKind Kind, int Mode, uint Uid, uint Gid, long SizeBytes, uint LinkCount)
{
    /// <summary>Number of the file within its file system.</summary>
    public ulong Inode { get; init; }

    /// <summary>Number of the file system: major in the upper half.</summary>
    public ulong Device { get; init; }

    /// <summary>Time of the last change to the content.</summary>
    public FileTime Modified { get; init; }

    /// <summary>Time of the last change to content or attributes.</summary>
    public FileTime Changed { get; init; }

    /// <summary>For a device: its major number.</summary>
    public uint DeviceMajor { get; init; }

    /// <summary>For a device: its minor number.</summary>
    public uint DeviceMinor { get; init; }

    /// <summary>512-byte blocks in use; fewer than the size needs when the file has holes.</summary>
    public ulong Blocks { get; init; }

    /// <summary>Whether this is a directory.</summary>
    public bool IsDirectory => Kind == FileKind.Directory;

    /// <summary>Whether this is overlay's mark for a removed name: a character device 0/0.</summary>
    public bool IsWhiteout => Kind == FileKind.CharacterDevice && DeviceMajor == 0 && DeviceMinor == 0;

    /// <summary>Whether the file is the same and has not changed between two looks.</summary>
    public bool IsUnchangedSince(FileStatus earlier) =>
        Inode == earlier.Inode && Device == earlier.Device && SizeBytes == earlier.SizeBytes && Modified == earlier.Modified && Changed == earlier.Changed;

    internal static FileStatus From(in Statx raw) => new(KindOf(raw.Mode), raw.Mode & 0xFFF, raw.Uid, raw.Gid, (long)raw.Size, raw.LinkCount)
    {
        Inode = raw.Inode,
        Device = ((ulong)raw.DeviceMajor << 32) | raw.DeviceMinor,
        Modified = new FileTime(raw.Modified.Seconds, (int)raw.Modified.Nanoseconds),
        Changed = new FileTime(raw.Changed.Seconds, (int)raw.Changed.Nanoseconds),
        DeviceMajor = raw.RawDeviceMajor,
        DeviceMinor = raw.RawDeviceMinor,
        Blocks = raw.Blocks,
    };

    private static FileKind KindOf(ushort mode) => (mode & 0xF000) switch
    {
        0x8000 => FileKind.File,
        0x4000 => FileKind.Directory,
        0xA000 => FileKind.SymbolicLink,
        0x2000 => FileKind.CharacterDevice,
        0x6000 => FileKind.BlockDevice,
        0x1000 => FileKind.Fifo,
        0xC000 => FileKind.Socket,
        _ => throw new UnreachableException($"file type {mode:X}"),
    };

    [StructLayout(LayoutKind.Sequential)]
    internal struct StatxTime
    {
        public long Seconds;
        public uint Nanoseconds;
        private readonly int _padding;
    }

    // linux/stat.h, struct statx: the same on every architecture.
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    internal struct Statx
    {
        public uint Mask;
        public uint BlockSize;
        public ulong Attributes;
        public uint LinkCount;
        public uint Uid;
        public uint Gid;
        public ushort Mode;
        private readonly ushort _spare;
        public ulong Inode;
        public ulong Size;
        public ulong Blocks;
        public ulong AttributesMask;
        public StatxTime Accessed;
        public StatxTime Created;
        public StatxTime Changed;
        public StatxTime Modified;
        public uint RawDeviceMajor;
        public uint RawDeviceMinor;
        public uint DeviceMajor;
        public uint DeviceMinor;
    }
}
