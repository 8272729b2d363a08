using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Caisson.Oci.Registry;

/// <summary>Sends one request, without redirects, retries or credentials, and says why when there is no answer.</summary>
internal sealed class HttpTransport : IDisposable
{
    private readonly RegistryOptions _options;
    private readonly ImmutableDictionary<string, Route> _extraTrust;
    private readonly Route _systemTrust;

    /// <param name="options">What it takes from its surroundings.</param>
    /// <param name="plainHttp">Who may be spoken to without TLS; null for loopback and the registries that the options list.</param>
    public HttpTransport(RegistryOptions options, PlainHttp? plainHttp = null)
    {
        _options = options;
        PlainHttp = plainHttp ?? new PlainHttp(options.InsecureRegistries);
        _systemTrust = new Route(TrustOf("every host", options.ExtraCertificates), options, client: null);
        // Several names can be one host: docker.io and registry-1.docker.io, a name with and without :443.
        _extraTrust = options.TrustedCertificates.Keys.Union(options.ClientCertificates.Keys).Order(StringComparer.Ordinal)
            .GroupBy(static host => new Uri("https://" + RegistryHosts.AuthorityOf(host)).Authority, StringComparer.OrdinalIgnoreCase)
            .ToImmutableDictionary(static names => names.Key, names => RouteOf(names, options), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Who may be spoken to without TLS.</summary>
    public PlainHttp PlainHttp { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time => _options.Time;

    /// <summary>Sends a request and returns when the headers of the answer are there; the caller disposes the answer.</summary>
    /// <exception cref="RegistryException">There was no answer, or the address is not allowed.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        Uri uri = request.RequestUri ?? throw new ArgumentException("a request needs an address", nameof(request));
        if (_options.IsOffline)
            throw new RegistryException(RegistryErrorKind.Offline, uri.Authority, $"{Redaction.Of(uri)} is not asked: this is offline");
        PlainHttp.Check(uri);
        using CancellationTokenSource idle = new(_options.IdleTimeout, _options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(ct, idle.Token);
        if (request.Content is UploadContent upload)
            upload.Moved = () => Postpone(idle);
        if (!request.Headers.NonValidated.Contains("User-Agent"))
            request.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        try
        {
            return await RouteTo(uri).Invoker.SendAsync(request, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw NoAnswer.TimedOut(uri, ProxyTo(uri), e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw (request.Content as UploadContent)?.SourceFailure ?? NoAnswer.From(uri, ProxyTo(uri), e, RouteTo(uri).Trust.RefusalOf(uri.IdnHost));
        }
    }

    /// <summary>The body of an answer as a stream that fails when nothing comes for too long. It owns the answer.</summary>
    public async Task<BodyStream> OpenBodyAsync(HttpResponseMessage response, CancellationToken ct)
    {
        Stream body = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        return new BodyStream(response, body, _options.StallTimeout, _options.Time);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _systemTrust.Dispose();
        foreach (Route route in _extraTrust.Values)
            route.Dispose();
    }

    // An early answer can overtake the rest of a request's body, which then still moves a little.
    private void Postpone(CancellationTokenSource idle)
    {
        try
        {
            idle.CancelAfter(_options.IdleTimeout);
        }
        catch (ObjectDisposedException)
        {
        }
    }

    private static Route RouteOf(IGrouping<string, string> names, RegistryOptions options)
    {
        string[] trusted = [.. names.Select(options.TrustedCertificates.GetValueOrDefault).Append(options.ExtraCertificates).OfType<string>()];
        CertificateTrust trust = TrustOf(names.Key, trusted.Length == 0 ? null : string.Join('\n', trusted));
        CertificateAndKey? client = names.Select(options.ClientCertificates.GetValueOrDefault).FirstOrDefault(static c => c is not null);
        try
        {
            return new Route(trust, options, client is null ? null : X509Certificate2.CreateFromPem(client.Certificate, client.Key));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            trust.Dispose();
            throw new FormatException($"the client certificate for {names.Key} and its key are not PEM, or do not belong together", e);
        }
    }

    private static CertificateTrust TrustOf(string host, string? pem) => pem is null ? new CertificateTrust([]) : CertificateTrust.FromPem(host, pem);

    private Uri? ProxyTo(Uri uri) => _options.Proxy is { } proxy && !proxy.IsBypassed(uri) ? proxy.GetProxy(uri) : null;

    private Route RouteTo(Uri uri) => _extraTrust.GetValueOrDefault(uri.Authority, _systemTrust);

    /// <summary>Connections that share their idea of whom to trust, and what is shown to them.</summary>
    private sealed class Route(CertificateTrust trust, RegistryOptions options, X509Certificate2? client) : IDisposable
    {
        // Most builds ask no server, and loading what speaks to one takes 8 ms.
        private readonly Lazy<HttpMessageInvoker> _invoker = new(() => new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // RedirectingSender decides where to go, and without which headers
            UseCookies = false,
            UseProxy = options.Proxy is not null,
            Proxy = options.Proxy,
            ConnectTimeout = options.ConnectTimeout,
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = trust.Accept,
                ClientCertificates = client is null ? null : [client],
            },
        }));

        public CertificateTrust Trust => trust;

        public HttpMessageInvoker Invoker => _invoker.Value;

        public void Dispose()
        {
            if (_invoker.IsValueCreated)
                Invoker.Dispose();
            trust.Dispose();
            client?.Dispose();
        }
    }
}
