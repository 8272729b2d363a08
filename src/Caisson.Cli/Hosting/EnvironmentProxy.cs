using System.Collections.Immutable;
using System.Net;

namespace Caisson.Cli.Hosting;

/// <summary>The proxies that the environment names: one for http, one for https, and hosts that are reached without.</summary>
/// <remarks>As curl and Go read them: the lower-case names go first, ALL_PROXY stands for both, NO_PROXY lists hosts, domains, networks or <c>*</c>.</remarks>
internal sealed class EnvironmentProxy : IWebProxy
{
    /// <summary>The variables that name proxies.</summary>
    public static readonly ImmutableArray<string> Names =
        ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"];

    private readonly Uri? _http;
    private readonly Uri? _https;
    private readonly string[] _direct;

    private EnvironmentProxy(Uri? http, Uri? https, string[] direct)
    {
        _http = http;
        _https = https;
        _direct = direct;
    }

    /// <inheritdoc/>
    public ICredentials? Credentials { get; set; }

    /// <summary>Reads the variables; null when they name no proxy.</summary>
    public static EnvironmentProxy? Read(IReadOnlyDictionary<string, string> variables)
    {
        Uri? http = AddressOf(Value("http_proxy") ?? Value("all_proxy"));
        Uri? https = AddressOf(Value("https_proxy") ?? Value("all_proxy"));
        string[] direct = (Value("no_proxy") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return http is null && https is null ? null : new EnvironmentProxy(http, https, direct);

        string? Value(string name) => variables.GetValueOrDefault(name) is { Length: > 0 } lower ? lower
            : variables.GetValueOrDefault(name.ToUpperInvariant()) is { Length: > 0 } upper ? upper
            : null;
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) => destination.Scheme == Uri.UriSchemeHttps ? _https : _http;

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => GetProxy(host) is null || IsLoopback(host) || _direct.Any(entry => Matches(entry, host));

    private static bool IsLoopback(Uri host) => host.Host == "localhost" || (IPAddress.TryParse(host.DnsSafeHost, out IPAddress? address) && IPAddress.IsLoopback(address));

    private static bool Matches(string entry, Uri host)
    {
        if (entry == "*")
            return true;
        if (IPNetwork.TryParse(entry, out IPNetwork network))
            return IPAddress.TryParse(host.DnsSafeHost, out IPAddress? address) && network.Contains(address);
        string[] parts = entry.Split(':', 2);
        if (parts.Length == 2 && parts[1] != host.Port.ToString(System.Globalization.CultureInfo.InvariantCulture))
            return false;
        string domain = parts[0].TrimStart('*').TrimStart('.');
        return host.Host.Equals(domain, StringComparison.OrdinalIgnoreCase) || host.Host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase);
    }

    // "proxy:3128" is meant for "http://proxy:3128".
    private static Uri? AddressOf(string? text) =>
        text is not null && Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text, UriKind.Absolute, out Uri? address) ? address : null;
}
