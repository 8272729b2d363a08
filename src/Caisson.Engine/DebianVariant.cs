namespace Caisson.Engine;

/// <summary>What a Debian base image begins with.</summary>
/// <remarks>mmdebstrap(1), "VARIANTS".</remarks>
public enum DebianVariant
{
    /// <summary>The essential packages and apt.</summary>
    Minbase,

    /// <summary>The same, with nothing that apt itself does not need.</summary>
    Apt,

    /// <summary>The chosen packages and what they depend on, unpacked and not configured: no apt, no dpkg, no shell unless chosen.</summary>
    Extract,
}
