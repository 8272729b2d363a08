namespace Caisson.Oci.Registry;

/// <summary>What a mirror is asked for.</summary>
/// <remarks>containers-registries.conf(5), <c>pull-from-mirror</c>.</remarks>
public enum PullFrom
{
    /// <summary>Everything.</summary>
    All,

    /// <summary>What is named by its digest: content that the mirror cannot choose.</summary>
    DigestOnly,

    /// <summary>What is named by a tag.</summary>
    TagOnly,
}
