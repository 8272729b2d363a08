namespace Caisson.Linux.Snapshots;

/// <summary>How a layer's directory tells who owns its files. What it cannot tell stands in a list beside it, the records.</summary>
public enum Ownership
{
    /// <summary>Each file belongs to its owner.</summary>
    Native,

    /// <summary>
    /// Each file belongs to its owner where that id exists in the user namespace; otherwise to root, with its owner in an attribute (<see cref="OwnerAttribute"/>),
    /// which overlay copies along. Names that can have no attribute, and devices, which nobody makes in a user namespace, are in the records.
    /// </summary>
    Attribute,

    /// <summary>
    /// Every file belongs to this process's user, who may read and write it and for whom it has no set-id bits: it counts as root's with the mode it has, unless the records say otherwise.
    /// No program ever sees it.
    /// </summary>
    Record,
}
