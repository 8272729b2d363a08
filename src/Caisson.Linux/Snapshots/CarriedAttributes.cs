namespace Caisson.Linux.Snapshots;

/// <summary>Which extended attributes a layer holds, in each of its forms: those that belong to the file.</summary>
/// <remarks>
/// Labels and signatures of the machine (<c>security.selinux</c>, <c>security.ima</c>) do not, nor do the marks of overlay: taken from a stranger's
/// archive, these would move directories about in the merged tree.
/// </remarks>
internal static class CarriedAttributes
{
    private const string Capability = "security.capability";
    private const string UserPrefix = "user.";
    private const string OwnPrefix = "user.caisson.";
    private const string OverlayUserPrefix = "user.overlay.";

    /// <summary>Whether an attribute is one of them.</summary>
    public static bool Include(string attribute) =>
        attribute == Capability
        || (attribute.StartsWith(UserPrefix, StringComparison.Ordinal)
            && !attribute.StartsWith(OwnPrefix, StringComparison.Ordinal)
            && !attribute.StartsWith(OverlayUserPrefix, StringComparison.Ordinal));
}
