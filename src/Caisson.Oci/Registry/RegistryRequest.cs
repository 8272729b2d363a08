using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;

namespace Caisson.Oci.Registry;

/// <summary>One request to a registry; it can be sent several times, as long as its content can.</summary>
internal sealed record RegistryRequest
{
    public required HttpMethod Method { get; init; }

    public required RegistryHost Host { get; init; }

    /// <summary>The repository that it is about; null for the registry as a whole.</summary>
    public string? Repository { get; init; }

    /// <summary>Where it goes; the host itself, or the place that the host named for an upload.</summary>
    public required Uri Uri { get; init; }

    /// <summary>What the credentials must allow, in the token server's spelling, sorted and separated by blanks.</summary>
    public required string Scope { get; init; }

    /// <summary>What is asked for, as messages put it: <c>team/app:1.0</c>, <c>blob sha256:… of team/app</c>.</summary>
    public required string What { get; init; }

    /// <summary>Statuses that the caller deals with; any other is an exception.</summary>
    public required ImmutableArray<HttpStatusCode> Expected { get; init; }

    public ImmutableArray<string> Accept { get; init; } = [];

    /// <summary>The first byte that is wanted; 0 asks for the whole.</summary>
    public long FromByte { get; init; }

    /// <summary>Makes the body, for each time that the request is sent.</summary>
    public Func<CancellationToken, Task<HttpContent>>? Content { get; init; }

    public async Task<HttpRequestMessage> ToMessageAsync(Uri uri, AuthenticationHeaderValue? authorization, CancellationToken ct)
    {
        HttpRequestMessage message = new(Method, uri);
        message.Headers.Authorization = authorization;
        foreach (string type in Accept)
            message.Headers.TryAddWithoutValidation("Accept", type);
        if (FromByte > 0)
            message.Headers.Range = new RangeHeaderValue(FromByte, null);
        if (Content is not null)
            message.Content = await Content(ct).ConfigureAwait(false);
        return message;
    }
}
