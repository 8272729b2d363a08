using Caisson.Oci.Model;

namespace Caisson.Cli.Commands;

/// <summary>The names of registries on the command line.</summary>
internal static class RegistryName
{
    private static readonly string[] DockerHub = ["index.docker.io", "registry-1.docker.io"];

    /// <summary>Reads a host and optional port, as references have them; an address is taken too.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static string Parse(string? text)
    {
        string name = text ?? Reference.DefaultRegistry;
        foreach (string scheme in (string[])["https://", "http://"])
        {
            if (name.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                name = name[scheme.Length..];
        }
        name = name.TrimEnd('/');
        if (name.EndsWith("/v1", StringComparison.Ordinal) || name.EndsWith("/v2", StringComparison.Ordinal))
            name = name[..^3];
        if (DockerHub.Contains(name))
            return Reference.DefaultRegistry;
        bool isHost = !name.Contains('/', StringComparison.Ordinal) && !name.Contains('@', StringComparison.Ordinal) && Reference.TryParse(name + "/x", out Reference? reference, out _) && reference.Registry == name;
        return isHost ? name : throw new UsageException($"\"{text}\" is no registry: write host[:port], with a dot or a port in it, or localhost");
    }
}
