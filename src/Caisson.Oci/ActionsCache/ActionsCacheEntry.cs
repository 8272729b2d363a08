namespace Caisson.Oci.ActionsCache;

/// <summary>An entry of the cache service.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Content">Where its content is, for a while. The address is as good as a credential.</param>
public sealed record ActionsCacheEntry(string Key, Uri Content)
{
    /// <summary>The key alone.</summary>
    public override string ToString() => Key;
}
