using Caisson.Oci.Registry;

namespace Caisson.Oci.Web;

/// <summary>Passes requests of others on as they are, and their answers back: nothing is followed, tried again, unpacked or kept.</summary>
/// <remarks>Thread-safe. Trust, proxy and times are those of the options.</remarks>
/// <param name="options">What it takes from its surroundings.</param>
public sealed class WebPassage(RegistryOptions options) : IDisposable
{
    private readonly HttpTransport _transport = new(options, PlainHttp.Everyone);

    /// <summary>Sends a request and returns when the head of the answer is there; the caller disposes the answer.</summary>
    /// <exception cref="RegistryException">There was no answer.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) => _transport.SendAsync(request, ct);

    /// <summary>The body of an answer as a stream that fails when nothing comes for too long. It owns the answer.</summary>
    public async Task<Stream> OpenBodyAsync(HttpResponseMessage response, CancellationToken ct) => await _transport.OpenBodyAsync(response, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();
}
