using System.Collections.Immutable;
using System.Net;

namespace Caisson.Oci.Registry;

/// <summary>Decides who may be spoken to without TLS: loopback addresses, and the hosts that the user listed.</summary>
internal sealed class PlainHttp(ImmutableHashSet<string> insecureRegistries)
{
    private readonly ImmutableHashSet<string> _insecure = insecureRegistries.WithComparer(StringComparer.OrdinalIgnoreCase);

    /// <summary>Lets everyone be spoken to without TLS: for files of the web, where the user writes http or https.</summary>
    public static PlainHttp Everyone { get; } = new([]) { IsForEveryone = true };

    private bool IsForEveryone { get; init; }

    /// <summary>Whether a host may be spoken to without TLS.</summary>
    /// <param name="authority">Host and optional port. A host that is listed without a port is allowed on each.</param>
    public bool IsAllowed(string authority) =>
        IsForEveryone || _insecure.Contains(authority) || _insecure.Contains(HostOf(authority)) || IsLoopback(HostOf(authority)) || IsBelow(authority);

    /// <summary>Whether a host is this machine.</summary>
    /// <param name="authority">Host and optional port.</param>
    public static bool IsHere(string authority) => IsLoopback(HostOf(authority));

    /// <summary>Refuses an address that is not HTTP at all, or plain HTTP to a host that may not be spoken to so.</summary>
    /// <exception cref="RegistryException">The address is not allowed.</exception>
    public void Check(Uri uri)
    {
        bool isPlain = uri.Scheme == Uri.UriSchemeHttp && uri.UserInfo.Length == 0;
        bool isSecure = uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0;
        if (isSecure || (isPlain && IsAllowed($"{uri.Host}:{uri.Port}")))
            return;
        string why = isPlain
            ? "plain HTTP is only spoken to loopback hosts and to registries that are listed as insecure"
            : "only https addresses without a user name are followed";
        throw new RegistryException(RegistryErrorKind.UnsafeRedirect, uri.Authority, $"{Redaction.Of(uri)} is not used: {why}");
    }

    // "*.lan" stands for every host below a domain.
    private bool IsBelow(string authority)
    {
        foreach (string entry in _insecure)
        {
            if (entry.StartsWith("*.", StringComparison.Ordinal)
                && (authority.EndsWith(entry[1..], StringComparison.OrdinalIgnoreCase) || HostOf(authority).EndsWith(entry[1..], StringComparison.OrdinalIgnoreCase)))
                return true;
        }
        return false;
    }

    private static bool IsLoopback(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));

    private static string HostOf(string authority)
    {
        int colon = authority.LastIndexOf(':');
        bool isOnlyColon = authority.IndexOf(':', StringComparison.Ordinal) == colon; // others are within an IPv6 address
        bool hasPort = colon > 0 && authority.IndexOf(']', colon) < 0 && (authority[0] == '[' || isOnlyColon);
        return (hasPort ? authority[..colon] : authority).Trim('[', ']');
    }
}
