using System.Collections.Immutable;
using System.Net.Http.Headers;
using Caisson.Oci.Registry;
using Caisson.Oci.Web;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>The network itself, with the trust and the proxy of the machine.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="web">The way to it.</param>
internal sealed class WebUpstream(WebPassage web) : IUpstream
{
    /// <inheritdoc/>
    public async Task<GatewayAnswer> SendAsync(GatewayRequest request, CancellationToken ct)
    {
        using HttpRequestMessage message = new(HttpMethod.Parse(request.Method), request.Address);
        if (request.Body is not null)
            message.Content = new StreamContent(request.Body);
        foreach ((string name, string value) in request.Fields)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
                message.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        try
        {
            HttpResponseMessage response = await web.SendAsync(message, ct).ConfigureAwait(false);
            return new GatewayAnswer
            {
                Status = (int)response.StatusCode,
                Reason = response.ReasonPhrase ?? "",
                Fields = FieldsOf(response),
                LengthBytes = response.Content.Headers.ContentLength,
                Content = await web.OpenBodyAsync(response, ct).ConfigureAwait(false),
                Owner = response,
            };
        }
        catch (RegistryException e)
        {
            throw new UpstreamException(e.Message, e);
        }
    }

    private static ImmutableArray<KeyValuePair<string, string>> FieldsOf(HttpResponseMessage response)
    {
        ImmutableArray<KeyValuePair<string, string>>.Builder fields = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (HttpHeaders headers in (HttpHeaders[])[response.Headers, response.Content.Headers])
        {
            foreach ((string name, HeaderStringValues values) in headers.NonValidated)
            {
                foreach (string value in values)
                {
                    if (GatewayAnswer.IsKept(name))
                        fields.Add(new(name, value));
                }
            }
        }
        return fields.DrainToImmutable();
    }
}
