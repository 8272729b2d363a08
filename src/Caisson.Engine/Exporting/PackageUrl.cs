using Caisson.Oci.Model;

namespace Caisson.Engine.Exporting;

/// <summary>Names of images as package URLs.</summary>
/// <remarks>The type <c>docker</c> of the purl specification, in the spelling that BuildKit gives it in its provenance.</remarks>
public static class PackageUrl
{
    /// <summary>The package URL of an image.</summary>
    /// <param name="name">Its name, with a tag or a digest.</param>
    /// <param name="platform">The platform of it that is meant; null for all.</param>
    public static string Of(Reference name, Platform? platform)
    {
        Reference named = name.WithDefaultTag();
        string tag = named.Tag is { } version ? "@" + Uri.EscapeDataString(version) : "";
        string path = string.Join('/', named.WithoutTag().WithoutDigest().Familiar.Split('/').Select(Uri.EscapeDataString));
        List<string> qualifiers = [];
        if (named.Digest is { } digest)
            qualifiers.Add($"digest={digest}");
        if (platform is not null)
            qualifiers.Add("platform=" + Uri.EscapeDataString(platform.ToString()));
        return $"pkg:docker/{path}{tag}{(qualifiers.Count > 0 ? "?" + string.Join('&', qualifiers) : "")}";
    }
}
