using System.Collections.Immutable;
using System.Text;
using Caisson.Engine.Secrets;
using Caisson.Engine.Steps;
using Caisson.Linux.Files;

namespace Caisson.Engine.Sources.Git;

/// <summary>Finds what lets us into repositories: secrets of the build, the password in an address, certificates, the SSH agent.</summary>
/// <remarks>Dockerfile reference 1.26, "ADD": GIT_AUTH_TOKEN, GIT_AUTH_HEADER and, before them, the same with <c>.HOST</c>.</remarks>
/// <param name="options">What the engine takes from its surroundings.</param>
/// <param name="secrets">The secrets of the build.</param>
/// <param name="agents">The SSH agents of the build; the one named "default" is used.</param>
/// <param name="work">For files of certificates.</param>
internal sealed class GitCredentials(BuildEngineOptions options, SecretStore secrets, SshAgents agents, WorkArea work)
{
    private const string HeaderSecret = "GIT_AUTH_HEADER";
    private const string DefaultAgent = "default";
    private const string TokenSecret = "GIT_AUTH_TOKEN";

    // A token for one repository of these is one for all: submodules are often private as well. actions/checkout does so too.
    private static readonly string[] SharedHosts = ["https://github.com/", "https://www.github.com/"];

    /// <summary>How a repository is spoken to.</summary>
    /// <exception cref="StepException">It wants SSH, and no agent was given.</exception>
    public async Task<GitAccess> FindAsync(string remote, CancellationToken ct)
    {
        if (!remote.Contains("://", StringComparison.Ordinal) || remote.StartsWith("ssh://", StringComparison.OrdinalIgnoreCase))
        {
            return new GitAccess
            {
                Remote = remote,
                SshAgent = await agents.TryFindAsync(DefaultAgent, ct).ConfigureAwait(false) ?? throw new StepException(EngineCodes.GitNeedsSsh, $"{remote} is spoken to by SSH, and the build was given no SSH agent", "give yours with --ssh default"),
            };
        }
        return await ForWebAsync(remote, ct).ConfigureAwait(false);
    }

    private async Task<GitAccess> ForWebAsync(string remote, CancellationToken ct)
    {
        if (!remote.StartsWith("http", StringComparison.OrdinalIgnoreCase) || !Uri.TryCreate(remote, UriKind.Absolute, out Uri? address))
            return new GitAccess { Remote = remote };
        string plain = address.UserInfo.Length == 0 ? remote : new UriBuilder(address) { UserName = "", Password = "" }.Uri.AbsoluteUri;
        ImmutableArray<KeyValuePair<string, string>>.Builder settings = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        if (await HeaderForAsync(address, ct).ConfigureAwait(false) is { } header)
            settings.Add(new($"http.{SharedHosts.FirstOrDefault(h => plain.StartsWith(h, StringComparison.OrdinalIgnoreCase)) ?? plain}.extraheader", "Authorization: " + header));
        if (options.Registry.TrustedCertificates.GetValueOrDefault(address.Authority) is { } certificates)
            settings.Add(new($"http.{address.Scheme}://{address.Authority}/.sslCAInfo", WriteCertificates(certificates)));
        return new GitAccess { Remote = plain, Settings = settings.ToImmutable() };
    }

    private async Task<string?> HeaderForAsync(Uri address, CancellationToken ct)
    {
        foreach (string suffix in (string[])["." + address.Authority, ""])
        {
            if (await secrets.TryReadAsync(HeaderSecret + suffix, ct).ConfigureAwait(false) is { } header)
                return TextOf(header);
            if (await secrets.TryReadAsync(TokenSecret + suffix, ct).ConfigureAwait(false) is { } token)
                return Basic("x-access-token:" + TextOf(token));
        }
        return address.UserInfo.Length == 0 ? null : Basic(Uri.UnescapeDataString(address.UserInfo));
    }

    private static string Basic(string pair) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));

    private static string TextOf(ReadOnlyMemory<byte> secret) => Encoding.UTF8.GetString(secret.Span).Trim();

    // What git is given for a host takes the place of the system's.
    private string WriteCertificates(string given)
    {
        string path = work.NewPath("certificates");
        string system = options.Git.SystemCertificatesPath is { } file && File.Exists(file) ? File.ReadAllText(file) : "";
        File.WriteAllText(path, given + "\n" + system);
        return path;
    }
}
