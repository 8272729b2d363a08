namespace Caisson.Oci.Registry;

/// <summary>A registry as references name it, and where it answers.</summary>
/// <param name="Name">Host and optional port as in a reference.</param>
/// <param name="Root">The address that paths are relative to, for example <c>https://registry.example/</c>.</param>
internal sealed record RegistryHost(string Name, Uri Root)
{
    /// <summary>The address of a path under this registry's API.</summary>
    /// <param name="path">Below <c>/v2/</c>; built from parsed names and digests only.</param>
    public Uri At(string path) => new(Root, "v2/" + path);

    /// <summary>Whether an address is this registry itself, so that its credentials may go there.</summary>
    public bool IsOriginOf(Uri uri) => SameOrigin(Root, uri);

    /// <summary>Whether two addresses have scheme, host and port in common.</summary>
    public static bool SameOrigin(Uri one, Uri other) =>
        Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;
}
