namespace Caisson.Oci.Contents;

/// <summary>How a later layer hides a file.</summary>
public enum HidingKind
{
    /// <summary>Something else stands under its name.</summary>
    Replaced,

    /// <summary>The same bytes stand under its name once more: only mode, owner, time or attributes changed.</summary>
    WrittenAgain,

    /// <summary>It was deleted.</summary>
    Deleted,
}
