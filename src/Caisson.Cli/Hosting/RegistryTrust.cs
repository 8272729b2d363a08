using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Caisson.Engine;
using Caisson.Oci.Registry;

namespace Caisson.Cli.Hosting;

/// <summary>The certificates that are trusted for registries besides the system's, and those that are shown to them.</summary>
/// <remarks>Docker's and podman's directories: one for each registry, named by host and port, with <c>*.crt</c> to trust, and <c>*.cert</c> with <c>*.key</c> to show.</remarks>
internal sealed class RegistryTrust
{
    private readonly Dictionary<string, string> _trusted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CertificateAndKey> _shown = new(StringComparer.Ordinal);

    /// <summary>Where a machine has them for everybody.</summary>
    public static IReadOnlyList<string> MachineDirectories { get; } = ["/etc/docker/certs.d", "/etc/containers/certs.d"];

    /// <summary>The certificates to trust, in PEM by host.</summary>
    public ImmutableDictionary<string, string> Trusted => _trusted.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>The certificates to show, by host.</summary>
    public ImmutableDictionary<string, CertificateAndKey> Shown => _shown.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>Reads those of the machine's directories. What this user may not read or is unusable is passed over: most commands speak to other registries.</summary>
    public void AddMachine(IEnumerable<string> directories)
    {
        foreach (string registry in directories.Where(Directory.Exists).SelectMany(static d => Listed(d, Directory.GetDirectories, isNamed: false)))
        {
            if (IsHost(Path.GetFileName(registry)))
                AddDirectory(Path.GetFileName(registry), registry, isNamed: false);
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
            AddDirectory(host.Host, path, isNamed: true);
        }
    }

    /// <summary>Reads those of <c>--registry-ca</c>.</summary>
    /// <exception cref="BuildException">One cannot be read.</exception>
    public void AddAsked(IEnumerable<string> asked)
    {
        foreach (string pair in asked)
        {
            if (pair.Split('=', 2) is not [{ Length: > 0 } host, { Length: > 0 } file] || !IsHost(host))
                throw new BuildException(EngineCodes.FileUnusable, $"--registry-ca {pair}: a host and a file are needed", "write --registry-ca registry.example:5000=ca.pem");
            AddTrusted(host, file);
        }
    }

    /// <summary>Reads those of <c>--ca</c>; null when there is none.</summary>
    /// <exception cref="BuildException">One cannot be read.</exception>
    public static string? ReadForAll(IEnumerable<string> files)
    {
        string all = string.Join('\n', files.Select(ReadTrusted));
        return all.Length == 0 ? null : all;
    }

    /// <summary>Reads certificates to trust for a host.</summary>
    /// <exception cref="BuildException">They cannot be read.</exception>
    public void AddTrustedFile(string host, string file) => AddTrusted(host, file);

    /// <summary>Reads a certificate to show a host, and its key.</summary>
    /// <exception cref="BuildException">They cannot be read.</exception>
    public void AddShownFiles(string host, string certificate, string key) => AddShown(host, certificate, key);

    private void AddDirectory(string host, string directory, bool isNamed)
    {
        foreach (string file in Listed(directory, static d => Directory.GetFiles(d, "*.crt"), isNamed))
            Do(() => AddTrusted(host, file), isNamed);
        foreach (string file in Listed(directory, static d => Directory.GetFiles(d, "*.cert"), isNamed))
            Do(() => AddShown(host, file, Path.ChangeExtension(file, ".key")), isNamed);
    }

    private static void Do(Action add, bool isNamed)
    {
        try
        {
            add();
        }
        catch (BuildException) when (!isNamed)
        {
        }
    }

    private static IEnumerable<string> Listed(string directory, Func<string, string[]> list, bool isNamed)
    {
        try
        {
            return list(directory).Order(StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return isNamed ? throw Unreadable(directory, e) : [];
        }
    }

    private void AddTrusted(string host, string file) => _trusted[host] = _trusted.GetValueOrDefault(host, "") + ReadTrusted(file) + "\n";

    private void AddShown(string host, string file, string key)
    {
        if (!File.Exists(key))
            throw new BuildException(EngineCodes.FileUnusable, $"the certificate {file} cannot be shown: there is no {key}", "put its key there; a certificate to trust is named *.crt");
        CertificateAndKey shown = new(Read(file), Read(key));
        try
        {
            X509Certificate2.CreateFromPem(shown.Certificate, shown.Key).Dispose();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new BuildException(EngineCodes.FileUnusable, $"the certificate {file} cannot be shown: it and {key} are not PEM, or do not belong together", "convert them to PEM, without a password", e);
        }
        _shown[host] = shown;
    }

    private static string ReadTrusted(string file)
    {
        string text = Read(file);
        X509Certificate2Collection certificates = [];
        CryptographicException? problem = null;
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException e)
        {
            problem = e;
        }
        foreach (X509Certificate2 certificate in certificates)
            certificate.Dispose();
        return certificates.Count > 0 && problem is null ? text : throw new BuildException(
            EngineCodes.FileUnusable, $"the certificates {file} cannot be read: they are not PEM", $"convert them to PEM: openssl x509 -inform der -in {file} -out ca.pem", problem);
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(file, e);
        }
    }

    private static BuildException Unreadable(string path, Exception cause) =>
        new(EngineCodes.FileUnusable, $"the certificates {path} cannot be read: {cause.Message}", hint: null, cause);

    private static bool IsHost(string name) => Uri.TryCreate($"https://{name}/", UriKind.Absolute, out Uri? address) && address.PathAndQuery == "/" && address.UserInfo.Length == 0;
}
