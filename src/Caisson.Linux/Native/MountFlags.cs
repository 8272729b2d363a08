namespace Caisson.Linux.Native;

/// <summary>Flags of mount(2).</summary>
/// <remarks>linux/mount.h.</remarks>
[Flags]
public enum MountFlags : ulong
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Nothing can be written through this mount.</summary>
    ReadOnly = 0x1,

    /// <summary>Set-id bits have no effect.</summary>
    NoSetId = 0x2,

    /// <summary>Device files do not open.</summary>
    NoDevices = 0x4,

    /// <summary>Programs do not run from here.</summary>
    NoExecute = 0x8,

    /// <summary>Changes the flags of an existing mount.</summary>
    Remount = 0x20,

    /// <summary>Shows a directory or file at a second place.</summary>
    Bind = 0x1000,

    /// <summary>Together with <see cref="Bind"/>: mounts below it as well.</summary>
    Recursive = 0x4000,

    /// <summary>Mounts made here do not spread, nor do others' come here.</summary>
    Private = 0x40000,
}
