using System.Net.Sockets;

namespace Caisson.Oci.Registry;

/// <summary>Turns the ways in which a request gets no answer into facts.</summary>
internal static class NoAnswer
{
    /// <param name="uri">Who was asked.</param>
    /// <param name="proxy">Through whom; null for nobody.</param>
    /// <param name="cause">What happened.</param>
    public static RegistryException TimedOut(Uri uri, Uri? proxy, Exception cause) =>
        Unreachable(uri.Authority, $"{uri.Authority} does not answer in time{Through(proxy)}", true, cause);

    /// <param name="uri">Who was asked.</param>
    /// <param name="proxy">Through whom; null for nobody.</param>
    /// <param name="cause">What happened.</param>
    /// <param name="refusal">Why we refused the host's certificate; null when we did not.</param>
    public static RegistryException From(Uri uri, Uri? proxy, Exception cause, string? refusal)
    {
        HttpRequestError error = (cause as HttpRequestException)?.HttpRequestError ?? (cause as HttpIOException)?.HttpRequestError ?? HttpRequestError.Unknown;
        if (error == HttpRequestError.SecureConnectionError && refusal is not null)
            return new RegistryException(RegistryErrorKind.Untrusted, uri.Authority, $"{uri.Authority} cannot be trusted: {refusal}", cause);
        SocketError? socket = SocketErrorOf(cause);
        string reason = error switch
        {
            HttpRequestError.NameResolutionError => "no such host",
            HttpRequestError.SecureConnectionError => "it does not speak TLS as we do",
            HttpRequestError.ProxyTunnelError => "it refuses to connect to others",
            HttpRequestError.VersionNegotiationError or HttpRequestError.InvalidResponse => "its answer is not HTTP",
            HttpRequestError.ConfigurationLimitExceeded => "the headers of its answer are too long",
            _ => Reason(socket),
        };
        bool transient = error is HttpRequestError.ConnectionError or HttpRequestError.ResponseEnded or HttpRequestError.Unknown
            || socket == SocketError.TryAgain;
        return Unreachable(uri.Authority, $"{uri.Authority} cannot be reached{Through(proxy)}: {reason}", transient, cause);
    }

    /// <summary>A transfer that broke after the headers.</summary>
    public static RegistryException Broken(string registry, string what, Exception? cause) =>
        Unreachable(registry, $"{registry} broke off the transfer of {what}", true, cause);

    private static RegistryException Unreachable(string registry, string message, bool transient, Exception? cause) =>
        new(RegistryErrorKind.Unreachable, registry, message, cause) { IsTransient = transient };

    // Without the user name and the password that may stand in its address.
    private static string Through(Uri? proxy) => proxy is null ? "" : $" through the proxy {proxy.Authority}";

    private static string Reason(SocketError? error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.ConnectionReset => "the connection was reset",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown => "there is no route to it",
        SocketError.TimedOut => "it does not answer in time",
        _ => "the connection broke",
    };

    private static SocketError? SocketErrorOf(Exception? e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketException socket)
                return socket.SocketErrorCode;
        }
        return null;
    }
}
