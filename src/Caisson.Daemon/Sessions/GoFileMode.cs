using Caisson.Linux.Native;

namespace Caisson.Daemon.Sessions;

/// <summary>Kinds and permissions of files as Go's programs send them.</summary>
/// <remarks>Go's package io/fs, type FileMode.</remarks>
internal static class GoFileMode
{
    private const uint Directory = 1u << 31;
    private const uint SymbolicLink = 1u << 27;
    private const uint Device = 1u << 26;
    private const uint NamedPipe = 1u << 25;
    private const uint Socket = 1u << 24;
    private const uint SetUser = 1u << 23;
    private const uint SetGroup = 1u << 22;
    private const uint CharacterDevice = 1u << 21;
    private const uint Sticky = 1u << 20;
    private const uint Irregular = 1u << 19;
    private const uint Kinds = Directory | SymbolicLink | Device | NamedPipe | Socket | CharacterDevice | Irregular;

    /// <summary>The kind; null for one that no file of a context has.</summary>
    public static FileKind? KindOf(uint mode) => (mode & Kinds) switch
    {
        0 => FileKind.File,
        Directory => FileKind.Directory,
        SymbolicLink => FileKind.SymbolicLink,
        NamedPipe => FileKind.Fifo,
        Device => FileKind.BlockDevice,
        Device | CharacterDevice => FileKind.CharacterDevice,
        _ => null,
    };

    /// <summary>The permission bits, set-id and sticky bits included.</summary>
    public static int PermissionsOf(uint mode) => (int)(mode & 0x1FF) | ((mode & SetUser) != 0 ? 0x800 : 0) | ((mode & SetGroup) != 0 ? 0x400 : 0) | ((mode & Sticky) != 0 ? 0x200 : 0);

    /// <summary>What is sent for a file. Sockets go as empty files, as Go's programs send them.</summary>
    public static uint Of(FileKind kind, int permissions) =>
        (uint)(permissions & 0x1FF) | ((permissions & 0x800) != 0 ? SetUser : 0) | ((permissions & 0x400) != 0 ? SetGroup : 0) | ((permissions & 0x200) != 0 ? Sticky : 0) | kind switch
        {
            FileKind.Directory => Directory,
            FileKind.SymbolicLink => SymbolicLink,
            FileKind.Fifo => NamedPipe,
            FileKind.BlockDevice => Device,
            FileKind.CharacterDevice => Device | CharacterDevice,
            _ => 0,
        };

    /// <summary>A time as nanoseconds since 1970.</summary>
    public static long NanosecondsOf(FileTime time) => time.Seconds * 1_000_000_000 + time.Nanoseconds;

    /// <summary>The time that so many nanoseconds since 1970 mean.</summary>
    public static FileTime TimeOf(long nanoseconds)
    {
        long rest = nanoseconds % 1_000_000_000;
        return rest >= 0 ? new FileTime(nanoseconds / 1_000_000_000, (int)rest) : new FileTime(nanoseconds / 1_000_000_000 - 1, (int)(rest + 1_000_000_000));
    }
}
