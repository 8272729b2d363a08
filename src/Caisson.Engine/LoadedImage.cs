using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>An image that was taken out of an archive.</summary>
/// <param name="Id">Its id: the digest of its configuration.</param>
/// <param name="Name">The name that it got; null when the archive has none for it.</param>
public sealed record LoadedImage(Digest Id, Reference? Name)
{
    /// <summary>What <c>docker load</c> says of it.</summary>
    public override string ToString() => Name is null ? $"Loaded image ID: {Id}" : $"Loaded image: {Name.Familiar}";
}
