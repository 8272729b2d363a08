namespace Caisson.Oci.Tar;

/// <summary>What the path of a layer's entry means.</summary>
public enum WhiteoutKind
{
    /// <summary>An ordinary entry.</summary>
    None,

    /// <summary>The entry removes one name of the layers below.</summary>
    Removal,

    /// <summary>The entry hides everything that the layers below have in its directory.</summary>
    Opaque,

    /// <summary>The entry is housekeeping of AUFS that got into a layer; it is to be passed over.</summary>
    Metadata,
}
