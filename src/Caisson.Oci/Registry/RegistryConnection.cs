using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>Sends requests to registries with the right credentials; what all parts of the client share.</summary>
internal sealed class RegistryConnection : IDisposable
{
    private readonly HttpTransport _transport;
    private readonly RedirectingSender _sender;
    private readonly RegistryHosts _hosts;
    private readonly Authorizer _authorizer;
    private readonly ConcurrentDictionary<string, bool> _silentMirrors = new(StringComparer.OrdinalIgnoreCase);

    public RegistryConnection(RegistryOptions options)
    {
        Options = options;
        _transport = new HttpTransport(options);
        _sender = new RedirectingSender(_transport);
        _hosts = new RegistryHosts(options, _transport);
        _authorizer = new Authorizer(options, new TokenServer(options, _transport, _sender));
    }

    public RegistryOptions Options { get; }

    /// <summary>The registry that a reference is written to.</summary>
    /// <exception cref="RegistryException">The settings block it, or it cannot be asked how it speaks.</exception>
    public Task<RegistryEndpoint> EndpointAsync(Reference reference, CancellationToken ct) => EndpointAsync(Options.Settings.Target(reference), ct);

    /// <summary>The registry at a location.</summary>
    public async Task<RegistryEndpoint> EndpointAsync(RegistryLocation location, CancellationToken ct) =>
        new(await _hosts.GetAsync(location.Host, RetryAt(location), ct).ConfigureAwait(false), location.Repository);

    /// <summary>The registry of this name.</summary>
    public Task<RegistryHost> HostAsync(string registry, CancellationToken ct) => _hosts.GetAsync(Options.Settings.HostOf(registry), Options.Retry, ct);

    /// <summary>How often a location is tried: a mirror is not waited for, others are there.</summary>
    public RetryPolicy RetryAt(RegistryLocation location) =>
        location.IsMirror ? Options.Retry with { MaxAttempts = Math.Min(Options.Retry.MaxAttempts, 2) } : Options.Retry;

    /// <summary>Where a reference may be read now: its mirrors, but for those that did not answer before, and its own location as the last.</summary>
    public ImmutableArray<RegistryLocation> SourcesOf(Reference reference)
    {
        ImmutableArray<RegistryLocation> sources = Options.Settings.Sources(reference);
        return sources.Length == 1 ? sources : sources.RemoveAll(s => s.IsMirror && _silentMirrors.ContainsKey(s.Host));
    }

    /// <summary>Remembers what was wrong with a mirror; it is not asked again when it did not answer.</summary>
    public void Note(RegistryLocation mirror, RegistryException failure)
    {
        if (failure.Kind == RegistryErrorKind.Unreachable)
            _silentMirrors[mirror.Host] = true;
    }

    /// <summary>Reads from the first location that has what is wanted. What can be repeated is.</summary>
    /// <exception cref="RegistryException">What the last location, the reference's own, answered.</exception>
    public async Task<T> ReadAsync<T>(Reference reference, Func<RegistryEndpoint, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        ImmutableArray<RegistryLocation> sources = SourcesOf(reference);
        for (int i = 0; ; i++)
        {
            RegistryLocation source = sources[i];
            try
            {
                RegistryEndpoint endpoint = await EndpointAsync(source, ct).ConfigureAwait(false);
                return await new Attempts(Options, RetryAt(source)).RunAsync(attempt => read(endpoint, attempt), ct).ConfigureAwait(false);
            }
            catch (RegistryException e) when (source.IsMirror && i + 1 < sources.Length)
            {
                Note(source, e);
            }
        }
    }

    /// <summary>
    /// Sends a request: 1. with what is known to satisfy the registry; 2. if that is refused, once more with what the registry asks for; 3. if that was a token
    /// that somebody gave us, once more with credentials from another place; 4. gives the answer back if it is one of those expected. The caller disposes it.
    /// </summary>
    /// <exception cref="RegistryException">There was no answer, or one that was not expected.</exception>
    public async Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken ct)
    {
        bool isOrigin = request.Host.IsOriginOf(request.Uri);
        AuthenticationHeaderValue? sent = isOrigin ? await _authorizer.HeaderAsync(request, ct).ConfigureAwait(false) : null;
        HttpResponseMessage response = await SendOnceAsync(request, sent, ct).ConfigureAwait(false);
        try
        {
            // Only the registry itself can ask for its credentials, not a place that it redirects to.
            if (response.StatusCode == HttpStatusCode.Unauthorized && isOrigin && CameFrom(request.Host, response)
                && await _authorizer.AfterRefusalAsync(request, response, sent, ct).ConfigureAwait(false) is { } better)
            {
                response.Dispose();
                sent = better;
                response = await SendOnceAsync(request, sent, ct).ConfigureAwait(false);
                if (response.StatusCode == HttpStatusCode.Unauthorized && _authorizer.IsGiven(request, sent)
                    && await _authorizer.AfterRefusalAsync(request, response, sent, ct).ConfigureAwait(false) is { } other && !_authorizer.IsGiven(request, other))
                {
                    response.Dispose();
                    sent = other;
                    response = await SendOnceAsync(request, sent, ct).ConfigureAwait(false);
                }
            }
            if (request.Expected.Contains(response.StatusCode))
                return response;
            RequestSubject asked = new(request.Host.Name, request.What, _authorizer.IsIdentifiedBy(request));
            throw await ErrorAnswer.ReadAsync(asked, response, sent, _transport, ct).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Whether credentials were shown for what is asked for.</summary>
    public bool IsIdentifiedBy(RegistryRequest request) => _authorizer.IsIdentifiedBy(request);

    /// <summary>The body of an answer; the stream owns the answer.</summary>
    public Task<BodyStream> OpenBodyAsync(HttpResponseMessage response, CancellationToken ct) => _transport.OpenBodyAsync(response, ct);

    /// <summary>The body of an answer, held in memory.</summary>
    /// <exception cref="RegistryException">It is too long or broke off.</exception>
    public async Task<byte[]> ReadBodyAsync(RegistryRequest request, HttpResponseMessage response, int maxBytes, CancellationToken ct)
    {
        byte[]? content = null;
        try
        {
            if (response.Content.Headers.ContentLength is not { } length || length <= maxBytes)
            {
                Stream body = await _transport.OpenBodyAsync(response, ct).ConfigureAwait(false);
                await using (body.ConfigureAwait(false))
                    content = await BoundedBody.ReadAsync(body, maxBytes, ct).ConfigureAwait(false);
            }
        }
        catch (IOException e)
        {
            throw NoAnswer.Broken(request.Host.Name, request.What, e);
        }
        return content ?? throw new RegistryException(
            RegistryErrorKind.TooLarge, request.Host.Name, $"{request.Host.Name} sends more than {maxBytes} bytes for {request.What}");
    }

    /// <summary>Refuses what breaks the protocol.</summary>
    public static RegistryException Invalid(RegistryRequest request, string problem) =>
        new(RegistryErrorKind.InvalidContent, request.Host.Name, $"{request.Host.Name} {problem}, for {request.What}");

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private Task<HttpResponseMessage> SendOnceAsync(RegistryRequest request, AuthenticationHeaderValue? authorization, CancellationToken ct) =>
        _sender.SendAsync(request.Uri, authorization, (uri, header) => request.ToMessageAsync(uri, header, ct), ct);

    private static bool CameFrom(RegistryHost host, HttpResponseMessage response) =>
        response.RequestMessage?.RequestUri is { } uri && host.IsOriginOf(uri);
}
