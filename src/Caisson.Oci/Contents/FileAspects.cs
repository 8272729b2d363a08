namespace Caisson.Oci.Contents;

/// <summary>What of a file may differ.</summary>
[Flags]
public enum FileAspects
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>What it is: a file, a directory, a link.</summary>
    Type = 1,

    /// <summary>The bytes of a regular file.</summary>
    Content = 1 << 1,

    /// <summary>The permissions.</summary>
    Mode = 1 << 2,

    /// <summary>User or group.</summary>
    Owner = 1 << 3,

    /// <summary>The time of the last change.</summary>
    Time = 1 << 4,

    /// <summary>Where a symbolic link leads.</summary>
    Target = 1 << 5,

    /// <summary>The extended attributes, capabilities among them.</summary>
    Xattr = 1 << 6,

    /// <summary>A device's numbers.</summary>
    Device = 1 << 7,

    /// <summary>Which other names the file has.</summary>
    Links = 1 << 8,
}
