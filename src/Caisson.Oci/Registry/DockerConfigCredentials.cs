using System.Text;
using System.Text.Json;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>Credentials as <c>docker login</c> keeps them: in <c>config.json</c> itself or with a credential helper that it names.</summary>
/// <remarks>
/// In this order: <c>credHelpers</c> for the host, <c>credsStore</c>, <c>auths</c>. Keys of <c>auths</c> may be hosts, or addresses of hosts. A host
/// with a path is for the repositories below that path alone, and goes before the host: the form of containers-auth.json(5).
/// </remarks>
public sealed class DockerConfigCredentials : ICredentialSource
{
    internal const string DockerHubAddress = "https://index.docker.io/v1/";
    private const string IdentityTokenUser = "<token>";
    private static readonly string[] DockerHubHosts = [Reference.DefaultRegistry, "index.docker.io", "registry-1.docker.io"];

    private readonly DockerConfigFile _config;
    private readonly CredentialHelper _runHelper;

    private DockerConfigCredentials(DockerConfigFile config, CredentialHelper runHelper)
    {
        _config = config;
        _runHelper = runHelper;
    }

    /// <summary>Reads the text of a <c>config.json</c>.</summary>
    /// <param name="runHelper">Runs a credential helper; called only for a host whose credentials are with one.</param>
    /// <exception cref="FormatException">The text is not such a file. The message quotes nothing of it.</exception>
    public static DockerConfigCredentials Parse(string configJson, CredentialHelper runHelper)
    {
        try
        {
            DockerConfigFile? config = JsonSerializer.Deserialize(configJson, RegistryJsonContext.Default.DockerConfigFile);
            return new DockerConfigCredentials(config ?? new DockerConfigFile(), runHelper);
        }
        catch (JsonException e)
        {
            throw new FormatException($"the Docker configuration is not valid JSON of its kind, in line {e.LineNumber + 1}");
        }
    }

    /// <summary>Whether a text may become part of a program's name.</summary>
    internal static bool IsHelperName(string helper) => helper.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>Refuses a text that <see cref="Parse"/> would refuse.</summary>
    internal static void Check(string configJson) => Parse(configJson, static (_, _) => throw new InvalidOperationException("nobody asks"));

    /// <inheritdoc/>
    public async Task<RegistryCredential?> GetAsync(string registryHost, string? repository, CancellationToken ct)
    {
        string? helper = HelperOf(_config.CredHelpers ?? [], registryHost) ?? _config.CredsStore;
        if (!string.IsNullOrEmpty(helper) && await AskAsync(helper, registryHost, ct).ConfigureAwait(false) is { } kept)
            return kept;
        return FromFile(registryHost, repository);
    }

    /// <summary>The key that credentials are kept under, for any of those that mean the same registry; the same for one that means a part of a registry.</summary>
    internal static string KeyOf(string key) => HostOf(key) is not { } host ? key : IsDockerHub(host) ? DockerHubAddress : host;

    /// <summary>Whether two keys mean the same.</summary>
    internal static bool AreSame(string one, string other) => KeyOf(one).Equals(KeyOf(other), StringComparison.OrdinalIgnoreCase);

    /// <summary>The helper for a key, of those that are named for single registries; null when there is none.</summary>
    internal static string? HelperOf(IEnumerable<KeyValuePair<string, string?>> helpers, string key) =>
        helpers.Where(h => !string.IsNullOrEmpty(h.Value) && AreSame(h.Key, key)).OrderBy(h => h.Key != key).ThenBy(static h => h.Key, StringComparer.Ordinal).FirstOrDefault().Value;

    private async Task<RegistryCredential?> AskAsync(string helper, string registryHost, CancellationToken ct)
    {
        if (!IsHelperName(helper))
            throw Failed(registryHost, "the Docker configuration names a credential helper whose name is none");
        CredentialHelperResult result = await _runHelper(new CredentialHelperRequest(helper, "get", KeyOf(registryHost)), ct).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            // By the protocol, this sentence is how a helper says that it has none.
            return result.Output.Contains("credentials not found", StringComparison.OrdinalIgnoreCase)
                ? null
                : throw Failed(registryHost, $"docker-credential-{helper} failed with exit code {result.ExitCode}");
        }
        return Read(result.Output) switch
        {
            null => throw Failed(registryHost, $"docker-credential-{helper} printed something that is no credential"),
            { Secret: null or "" } => null,
            { Username: IdentityTokenUser, Secret: { } token } => new RegistryCredential.IdentityToken(token),
            { Secret: { } secret } answer => new RegistryCredential.Password(answer.Username ?? "", secret),
        };
    }

    private static HelperAnswer? Read(string output)
    {
        try
        {
            return JsonSerializer.Deserialize(output, RegistryJsonContext.Default.HelperAnswer);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private RegistryCredential? FromFile(string registryHost, string? repository)
    {
        if (_config.Auths is not { } auths)
            return null;
        string[] hosts = IsDockerHub(registryHost) ? DockerHubHosts : [registryHost];
        DockerConfigFile.Entry? entry = hosts.Select(h => OfPart(auths, h, repository) ?? auths.GetValueOrDefault(h)).FirstOrDefault(static e => e is not null)
            ?? auths.OrderBy(static a => a.Key, StringComparer.Ordinal).FirstOrDefault(a => AreSame(a.Key, registryHost)).Value;
        return entry is null ? null : FromEntry(registryHost, entry);
    }

    // That of the longest path that the repository is below.
    private static DockerConfigFile.Entry? OfPart(Dictionary<string, DockerConfigFile.Entry?> auths, string host, string? repository)
    {
        for (string? path = repository; !string.IsNullOrEmpty(path); path = path[..Math.Max(0, path.LastIndexOf('/'))])
        {
            if (auths.GetValueOrDefault($"{host}/{path}") is { } entry)
                return entry;
        }
        return null;
    }

    private static RegistryCredential? FromEntry(string registryHost, DockerConfigFile.Entry entry)
    {
        if (!string.IsNullOrEmpty(entry.RegistryToken))
            return new RegistryCredential.AccessToken(entry.RegistryToken);
        if (!string.IsNullOrEmpty(entry.IdentityToken))
            return new RegistryCredential.IdentityToken(entry.IdentityToken);
        if (!string.IsNullOrEmpty(entry.Auth))
            return FromAuth(registryHost, entry.Auth);
        return string.IsNullOrEmpty(entry.Username) ? null : new RegistryCredential.Password(entry.Username, entry.Password ?? "");
    }

    private static RegistryCredential.Password FromAuth(string registryHost, string auth)
    {
        byte[] decoded = new byte[auth.Length];
        int colon = Convert.TryFromBase64String(auth, decoded, out int count) ? decoded.AsSpan(0, count).IndexOf((byte)':') : -1;
        if (colon < 0)
            throw Failed(registryHost, "the Docker configuration holds an \"auth\" that is not user:password in base64");
        string user = Encoding.UTF8.GetString(decoded, 0, colon);
        return new RegistryCredential.Password(user, Encoding.UTF8.GetString(decoded, colon + 1, count - colon - 1).Trim('\0'));
    }

    private static bool IsDockerHub(string host) => DockerHubHosts.Contains(host, StringComparer.OrdinalIgnoreCase);

    // The host that a key stands for as a whole, or null.
    private static string? HostOf(string key)
    {
        string rest = key.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? key[8..]
            : key.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? key[7..]
            : key;
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string path = slash < 0 ? "" : rest[slash..].TrimEnd('/');
        return path is "" or "/v1" or "/v2" ? rest[..(slash < 0 ? rest.Length : slash)] : null;
    }

    private static RegistryException Failed(string registryHost, string problem) =>
        new(RegistryErrorKind.Unauthorized, registryHost, $"no credentials for {registryHost}: {problem}");
}
