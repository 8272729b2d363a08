using System.Collections.Immutable;
using Caisson.Engine;
using Caisson.Oci.Registry;

namespace Caisson.Cli.Hosting;

/// <summary>The certificates that are trusted for registries besides the system's, and those that are shown to them.</summary>
/// <remarks>Docker's and podman's directories: one for each registry, named by host and port, with <c>*.crt</c> to trust, and <c>*.cert</c> with <c>*.key</c> to show.</remarks>
internal sealed class RegistryTrust
{
    private static readonly string[] Directories = ["/etc/docker/certs.d", "/etc/containers/certs.d"];
    private readonly Dictionary<string, string> _trusted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CertificateAndKey> _shown = new(StringComparer.Ordinal);

    /// <summary>The certificates to trust, in PEM by host.</summary>
    public ImmutableDictionary<string, string> Trusted => _trusted.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>The certificates to show, by host.</summary>
    public ImmutableDictionary<string, CertificateAndKey> Shown => _shown.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>Reads those of the machine's directories.</summary>
    /// <exception cref="BuildException">One cannot be read.</exception>
    public void AddMachine()
    {
        foreach (string directories in Directories)
        {
            if (!Directory.Exists(directories))
                continue;
            foreach (string registry in Directory.GetDirectories(directories).Order(StringComparer.Ordinal))
                AddDirectory(Path.GetFileName(registry), registry);
        }
    }

    /// <summary>Reads those that the configuration names for hosts.</summary>
    /// <param name="directory">What relative paths are relative to.</param>
    /// <exception cref="BuildException">One cannot be read.</exception>
    public void Add(ImmutableArray<RegistryHostSettings> hosts, string directory)
    {
        foreach (RegistryHostSettings host in hosts)
        {
            if (host.AuthorityFile is { } file)
                AddTrusted(host.Host, Path.Combine(directory, file));
            if (host.CertificateDirectory is not { } certificates)
                continue;
            string path = Path.Combine(directory, certificates);
            if (!Directory.Exists(path))
                throw new BuildException(EngineCodes.FileUnusable, $"the certificates of {host.Host} cannot be read: there is no directory {path}", "correct certs-dir in the configuration of registries");
            AddDirectory(host.Host, path);
        }
    }

    /// <summary>Reads those of <c>--registry-ca</c>.</summary>
    /// <exception cref="BuildException">One cannot be read.</exception>
    public void AddAsked(IEnumerable<string> asked)
    {
        foreach (string pair in asked)
        {
            if (pair.Split('=', 2) is not [{ Length: > 0 } host, { Length: > 0 } file])
                throw new BuildException(EngineCodes.FileUnusable, $"--registry-ca {pair}: a host and a file are needed", "write --registry-ca registry.example:5000=ca.pem");
            AddTrusted(host, file);
        }
    }

    /// <summary>Reads those of <c>--ca</c>; null when there is none.</summary>
    /// <exception cref="BuildException">One cannot be read.</exception>
    public static string? ReadForAll(IEnumerable<string> files)
    {
        string all = string.Join('\n', files.Select(Read));
        return all.Length == 0 ? null : all;
    }

    private void AddDirectory(string host, string directory)
    {
        foreach (string file in Directory.GetFiles(directory, "*.crt").Order(StringComparer.Ordinal))
            AddTrusted(host, file);
        foreach (string file in Directory.GetFiles(directory, "*.cert").Order(StringComparer.Ordinal))
        {
            string key = Path.ChangeExtension(file, ".key");
            if (!File.Exists(key))
                throw new BuildException(EngineCodes.FileUnusable, $"the certificate {file} cannot be shown: there is no {key}", "put its key there; a certificate to trust is named *.crt");
            _shown[host] = new CertificateAndKey(Read(file), Read(key));
        }
    }

    private void AddTrusted(string host, string file) => _trusted[host] = _trusted.GetValueOrDefault(host, "") + Read(file) + "\n";

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(EngineCodes.FileUnusable, $"the certificates {file} cannot be read: {e.Message}", hint: null, e);
        }
    }
}
