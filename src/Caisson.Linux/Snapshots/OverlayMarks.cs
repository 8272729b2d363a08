namespace Caisson.Linux.Snapshots;

/// <summary>How overlay marks things in a layer's directory, and how the directory tells the owners of its files. Inside a user namespace the marks have names that a user may write.</summary>
/// <remarks>Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories" and the mount option <c>userxattr</c>.</remarks>
public sealed record OverlayMarks
{
    private OverlayMarks(string prefix, string? mountOption, Ownership ownership)
    {
        Prefix = prefix;
        MountOption = mountOption;
        Ownership = ownership;
    }

    /// <summary>Marks of the machine's root.</summary>
    public static OverlayMarks Trusted { get; } = new("trusted.overlay.", mountOption: null, Ownership.Native);

    /// <summary>Marks inside a user namespace.</summary>
    public static OverlayMarks User { get; } = new("user.overlay.", "userxattr", Ownership.Attribute);

    /// <summary>Marks where nothing is ever mounted, made by a user who can give no file to anyone.</summary>
    public static OverlayMarks Unmounted { get; } = new("user.overlay.", "userxattr", Ownership.Record);

    /// <summary>What every mark's name begins with.</summary>
    public string Prefix { get; }

    /// <summary>The attribute, with the value <c>y</c>, of a directory that hides what is below it.</summary>
    public string Opaque => Prefix + "opaque";

    /// <summary>The mount option that makes overlay use these marks; null when none is needed.</summary>
    public string? MountOption { get; }

    /// <summary>How the directory tells who owns its files.</summary>
    public Ownership Ownership { get; }
}
