namespace Caisson.Oci.Contents;

/// <summary>How a name differs.</summary>
public enum FileChangeKind
{
    /// <summary>Only the second image has it.</summary>
    Added,

    /// <summary>Only the first image has it.</summary>
    Removed,

    /// <summary>Both have it, and something about it differs.</summary>
    Changed,
}
