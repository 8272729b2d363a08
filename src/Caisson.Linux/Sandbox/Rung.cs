namespace Caisson.Linux.Sandbox;

/// <summary>How much a build has of what root has: the rungs of a ladder, the highest first. Each makes the same images of the Dockerfiles that it can build.</summary>
public enum Rung
{
    /// <summary>Root of the machine, or of a user namespace with many ids: everything.</summary>
    AllIds,

    /// <summary>Root of a user namespace without any other user: files of others have their owners in attributes, and every program runs as root.</summary>
    OneId,

    /// <summary>An ordinary process, or a root without rights: layers are put together, but no program is run.</summary>
    FilesOnly,
}
