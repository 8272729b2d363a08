using System.Net;
using System.Net.Http.Headers;

namespace Caisson.Oci.Registry;

/// <summary>Follows redirects of GET and HEAD: a bounded number, away from TLS only when that is allowed, and never with credentials to another host.</summary>
internal sealed class RedirectingSender(HttpTransport transport)
{
    private const int MaxRedirects = 8;

    /// <summary>Whether a redirect from https to http is followed.</summary>
    public bool LeavesTls { get; init; }

    /// <summary>Sends a request to where it leads in the end.</summary>
    /// <param name="make">Makes the message for an address, with or without credentials.</param>
    /// <exception cref="RegistryException">There was no answer, or a redirect that is not followed.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        Uri first, AuthenticationHeaderValue? authorization, Func<Uri, AuthenticationHeaderValue?, Task<HttpRequestMessage>> make, CancellationToken ct)
    {
        Uri uri = first;
        for (int redirects = 0; ; redirects++)
        {
            using HttpRequestMessage request = await make(uri, authorization).ConfigureAwait(false);
            HttpResponseMessage response = await transport.SendAsync(request, ct).ConfigureAwait(false);
            if (!IsRedirect(response.StatusCode) || (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head))
                return response;
            using (response)
            {
                if (redirects == MaxRedirects)
                    throw Unsafe(first, $"{first.Authority} redirects more than {MaxRedirects} times");
                uri = Next(uri, response, LeavesTls);
            }
            if (!RegistryHost.SameOrigin(first, uri))
                authorization = null; // and it stays away, even if a later redirect leads back
        }
    }

    /// <summary>Where a <c>Location</c> leads, seen from the address that sent it.</summary>
    /// <exception cref="RegistryException">It is missing, no address, or leads from https to something else.</exception>
    public static Uri Next(Uri from, HttpResponseMessage response, bool leavesTls = false)
    {
        // The typed header would read "/path" as a file on this machine.
        string? location = response.Headers.NonValidated.TryGetValues("Location", out HeaderStringValues values) ? values.ToString() : null;
        if (location is null || !Uri.TryCreate(from, location, out Uri? next))
            throw new RegistryException(RegistryErrorKind.InvalidContent, from.Authority, $"{from.Authority} sends us on without saying where");
        if (from.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps && !(leavesTls && next.Scheme == Uri.UriSchemeHttp))
            throw Unsafe(from, $"{from.Authority} sends us from https to {Redaction.Of(next)}; that is not followed");
        return next;
    }

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
        or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static RegistryException Unsafe(Uri from, string message) => new(RegistryErrorKind.UnsafeRedirect, from.Authority, message);
}
