using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>An image that a build took files or a configuration from.</summary>
/// <param name="Reference">The name it was asked for by, with a tag where it had one, without the digest.</param>
/// <param name="Digest">The digest of the manifest that it stood for.</param>
/// <param name="Platform">The platform chosen from it.</param>
public sealed record ImageInput(Reference Reference, Digest Digest, Platform Platform)
{
    /// <summary>What stands for the registry of images that a layout on this machine gave: these have no name that others know.</summary>
    internal const string LayoutRegistry = "oci-layout.invalid";

    /// <summary>Whether it came from a layout on this machine, and is known by its digest alone.</summary>
    public bool IsOfLayout => Reference.Registry == LayoutRegistry;
}
