using System.Collections.Immutable;
using Caisson.Engine;

namespace Caisson.Cli.Hosting;

/// <summary>The certificates that are trusted for registries, besides the system's.</summary>
/// <remarks>Docker's and podman's directories: one for each registry, named by host and port, with PEM files ending in <c>.crt</c>.</remarks>
internal static class RegistryTrust
{
    private static readonly string[] Directories = ["/etc/docker/certs.d", "/etc/containers/certs.d"];

    /// <summary>Reads those of the directories and those that were asked for.</summary>
    /// <exception cref="BuildException">A file that was asked for cannot be read.</exception>
    public static ImmutableDictionary<string, string> Read(IEnumerable<string> asked)
    {
        Dictionary<string, string> certificates = new(StringComparer.Ordinal);
        foreach (string registry in Directories.Where(Directory.Exists).SelectMany(Directory.GetDirectories).Order(StringComparer.Ordinal))
        {
            foreach (string file in Directory.GetFiles(registry, "*.crt").Order(StringComparer.Ordinal))
                Add(certificates, Path.GetFileName(registry), file);
        }
        foreach (string pair in asked)
        {
            if (pair.Split('=', 2) is not [{ Length: > 0 } host, { Length: > 0 } file])
                throw new BuildException(EngineCodes.FileUnusable, $"--registry-ca {pair}: a host and a file are needed", "write --registry-ca registry.example:5000=ca.pem");
            Add(certificates, host, file);
        }
        return certificates.ToImmutableDictionary(StringComparer.Ordinal);
    }

    private static void Add(Dictionary<string, string> certificates, string host, string file)
    {
        try
        {
            certificates[host] = certificates.GetValueOrDefault(host, "") + File.ReadAllText(file) + "\n";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(EngineCodes.FileUnusable, $"the certificates {file} cannot be read: {e.Message}", hint: null, e);
        }
    }
}
