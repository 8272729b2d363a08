using Caisson.Oci.Registry;

namespace Caisson.Oci.Web;

/// <summary>Fetches files over HTTP. Redirects are followed, credentials stay with the host that they are for, and a transfer that breaks goes on where it ended.</summary>
/// <remarks>Thread-safe. RFC 9110. Trust, proxy, times and retries are those of the options.</remarks>
public sealed class WebFiles : IDisposable
{
    private readonly RegistryOptions _options;
    private readonly HttpTransport _transport;

    /// <summary>Uses the trust, the proxy and the times that registries are spoken to with. Credentials of registries are not used.</summary>
    public WebFiles(RegistryOptions options)
    {
        _options = options;
        _transport = new HttpTransport(options, PlainHttp.Everyone);
    }

    /// <summary>Writes a file into an empty one, which is flushed by nobody.</summary>
    /// <param name="request">What to fetch.</param>
    /// <param name="destination">Open for writing; its length is what came when this returns, and anything when it throws.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RegistryException">The server has no such file, gives it to no one, or cannot be reached or trusted.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public async Task<WebFile> FetchAsync(WebFileRequest request, Stream destination, CancellationToken ct)
    {
        WebTransfer transfer = new(_transport, _options, request, destination);
        try
        {
            return await transfer.RunAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            transfer.Dispose();
        }
    }

    /// <summary>An address as it may be shown: without user name, password and the values of its query.</summary>
    public static string Shown(Uri address) => Redaction.Of(address);

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();
}
