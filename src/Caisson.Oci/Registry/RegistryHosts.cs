using System.Collections.Concurrent;
using System.Net;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>Finds out where and how a registry answers, once for each.</summary>
internal sealed class RegistryHosts(RegistryOptions options, HttpTransport transport)
{
    // docker.io is a name, not a host.
    private const string DockerHubHost = "registry-1.docker.io";
    private readonly ConcurrentDictionary<string, RegistryHost> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly SingleFlight<string, RegistryHost> _probing = new();

    /// <summary>Host and optional port where the registry of a name answers.</summary>
    public static string AuthorityOf(string name) => name == Reference.DefaultRegistry ? DockerHubHost : name;

    /// <summary>The registry of this name.</summary>
    /// <exception cref="RegistryException">It may be spoken to without TLS, and answers neither with it nor without.</exception>
    public async Task<RegistryHost> GetAsync(string name, RetryPolicy retry, CancellationToken ct)
    {
        if (_known.TryGetValue(name, out RegistryHost? known))
            return known;
        RegistryHost host = transport.PlainHttp.IsAllowed(name)
            ? await _probing.RunAsync(name, probe => new Attempts(options, retry).RunAsync(attempt => ProbeAsync(name, attempt), probe), ct).ConfigureAwait(false)
            : new RegistryHost(name, Root(Uri.UriSchemeHttps, name));
        return _known.GetOrAdd(name, host);
    }

    private async Task<RegistryHost> ProbeAsync(string name, CancellationToken ct)
    {
        Uri secure = Root(Uri.UriSchemeHttps, name);
        // One port speaks one of them, and loading what speaks TLS takes longer than asking. Nobody listens in on this machine.
        if (PlainHttp.IsHere(name) && !secure.IsDefaultPort && await TryPlainAsync(name, ct).ConfigureAwait(false) is { } here)
            return here;
        try
        {
            await AskAsync(secure, ct).ConfigureAwait(false);
            return new RegistryHost(name, secure);
        }
        catch (RegistryException e) when (MayBePlain(e, secure))
        {
            Uri plain = Root(Uri.UriSchemeHttp, name);
            await AskAsync(plain, ct).ConfigureAwait(false);
            return new RegistryHost(name, plain);
        }
    }

    private async Task<RegistryHost?> TryPlainAsync(string name, CancellationToken ct)
    {
        Uri plain = Root(Uri.UriSchemeHttp, name);
        try
        {
            await AskAsync(plain, ct).ConfigureAwait(false);
            return new RegistryHost(name, plain);
        }
        catch (RegistryException e) when (e.Kind == RegistryErrorKind.InvalidContent || MayBeSecure(e))
        {
            return null;
        }
    }

    // Servers that want TLS say so in plain words, answer in TLS, or hang up.
    private static bool MayBeSecure(RegistryException failure) => failure.Kind == RegistryErrorKind.Unreachable
        && failure.InnerException is HttpRequestException { HttpRequestError: not (HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError) } or IOException;

    // A certificate that we do not trust is no reason to give up TLS. Without a port the two schemes have different ones.
    private static bool MayBePlain(RegistryException failure, Uri secure) =>
        failure.Kind == RegistryErrorKind.Unreachable && failure.InnerException is HttpRequestException http
        && (http.HttpRequestError == HttpRequestError.SecureConnectionError
            || (http.HttpRequestError == HttpRequestError.ConnectionError && secure.IsDefaultPort));

    private async Task AskAsync(Uri root, CancellationToken ct)
    {
        using HttpRequestMessage request = new(HttpMethod.Head, new Uri(root, "v2/"));
        using HttpResponseMessage response = await transport.SendAsync(request, ct).ConfigureAwait(false);
        if (root.Scheme == Uri.UriSchemeHttp && response.StatusCode == HttpStatusCode.BadRequest)
        {
            string message = $"{root.Authority} is not a registry, or wants TLS that we do not speak";
            throw new RegistryException(RegistryErrorKind.InvalidContent, root.Authority, message);
        }
    }

    private static Uri Root(string scheme, string name) => new($"{scheme}://{AuthorityOf(name)}/");
}
