using System.Net;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>Manifests and indexes of a registry.</summary>
/// <remarks>distribution-spec v1.1.1, "Pulling manifests" and "Pushing Manifests".</remarks>
internal sealed class ManifestApi(RegistryConnection connection)
{
    private const string DigestHeader = "Docker-Content-Digest";

    /// <summary>Names what a reference stands for, without fetching it where the registry says enough.</summary>
    public async Task<Descriptor> ResolveAsync(Reference reference, CancellationToken ct)
    {
        RegistryRequest request = await RequestAsync(HttpMethod.Head, reference, ct).ConfigureAwait(false);
        Descriptor? named = await Attempts.RunAsync(connection.Options, async attempt =>
        {
            using HttpResponseMessage response = await connection.SendAsync(request, attempt).ConfigureAwait(false);
            return FromHeaders(request, response, reference.Digest);
        }, ct).ConfigureAwait(false);
        return named ?? (await GetAsync(reference, ct).ConfigureAwait(false)).Descriptor;
    }

    /// <summary>Fetches what a reference stands for; checked against the reference's digest and the registry's own.</summary>
    public async Task<RegistryManifest> GetAsync(Reference reference, CancellationToken ct)
    {
        RegistryRequest request = await RequestAsync(HttpMethod.Get, reference, ct).ConfigureAwait(false);
        return await Attempts.RunAsync(connection.Options, async attempt =>
        {
            using HttpResponseMessage response = await connection.SendAsync(request, attempt).ConfigureAwait(false);
            Digest? told = DigestOf(request, response);
            string? mediaType = response.Content.Headers.ContentType?.MediaType;
            byte[] content = await connection.ReadBodyAsync(request, response, OciJson.MaxDocumentBytes, attempt).ConfigureAwait(false);
            return Check(request, content, mediaType, [reference.Digest, told]);
        }, ct).ConfigureAwait(false);
    }

    /// <summary>Stores a manifest or index under the tag, or else under its digest.</summary>
    public async Task<Descriptor> PutAsync(Reference target, string mediaType, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        Descriptor descriptor = Descriptor.Of(mediaType, content.Span);
        if (target.Digest is { } pinned && !pinned.IsOf(content.Span))
            throw new ArgumentException($"{target} names another manifest than {descriptor.Digest}", nameof(target));
        RegistryRequest request = await RequestAsync(HttpMethod.Put, target, ct).ConfigureAwait(false) with
        {
            Expected = [HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Accepted, HttpStatusCode.NoContent],
            Content = _ => Task.FromResult<HttpContent>(Body(mediaType, content)),
        };
        return await Attempts.RunAsync(connection.Options, async attempt =>
        {
            using HttpResponseMessage response = await connection.SendAsync(request, attempt).ConfigureAwait(false);
            if (DigestOf(request, response) is { } stored && !stored.IsOf(content.Span))
                throw RegistryConnection.Invalid(request, $"stored {stored} instead of {descriptor.Digest}");
            return descriptor;
        }, ct).ConfigureAwait(false);
    }

    private static ReadOnlyMemoryContent Body(string mediaType, ReadOnlyMemory<byte> content)
    {
        ReadOnlyMemoryContent body = new(content);
        body.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        return body;
    }

    private async Task<RegistryRequest> RequestAsync(HttpMethod method, Reference reference, CancellationToken ct)
    {
        bool writes = method == HttpMethod.Put;
        Reference named = reference.Tag is null && reference.Digest is null ? reference.WithDefaultTag() : reference;
        string name = writes ? named.Tag ?? named.Digest?.Value ?? "" : named.Digest?.Value ?? named.Tag ?? "";
        RegistryHost host = await connection.HostAsync(named, ct).ConfigureAwait(false);
        return new RegistryRequest
        {
            Method = method,
            Host = host,
            Uri = host.At($"{named.Repository}/manifests/{name}"),
            Scope = writes ? Scopes.Push(named.Repository) : Scopes.Pull(named.Repository),
            What = named.Digest is null ? $"{named.Repository}:{name}" : $"{named.Repository}@{name}",
            Accept = writes ? [] : [MediaTypes.OciIndex, MediaTypes.OciManifest, MediaTypes.DockerIndex, MediaTypes.DockerManifest],
            Expected = [HttpStatusCode.OK],
        };
    }

    private static Descriptor? FromHeaders(RegistryRequest request, HttpResponseMessage response, Digest? wanted)
    {
        string? mediaType = response.Content.Headers.ContentType?.MediaType;
        long? length = response.Content.Headers.ContentLength;
        if (DigestOf(request, response) is not { } digest || length is not { } size || mediaType is null)
            return null;
        if (wanted is not null && wanted != digest)
            throw RegistryConnection.Invalid(request, $"answers with {digest}");
        bool known = MediaTypes.IsIndex(mediaType) || MediaTypes.IsManifest(mediaType);
        return known ? new Descriptor { MediaType = mediaType, Digest = digest, Size = size } : null;
    }

    private static Digest? DigestOf(RegistryRequest request, HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues(DigestHeader, out IEnumerable<string>? values))
            return null;
        return Digest.TryParse(values.FirstOrDefault(), out Digest? digest) ? digest : throw RegistryConnection.Invalid(request, "names a digest that is none");
    }

    private static RegistryManifest Check(RegistryRequest request, byte[] content, string? mediaType, ReadOnlySpan<Digest?> expected)
    {
        foreach (Digest? digest in expected)
        {
            if (digest is not null && !digest.IsOf(content))
                throw RegistryConnection.Invalid(request, $"sends content whose digest is not {digest}");
        }
        try
        {
            bool known = mediaType is not null && (MediaTypes.IsIndex(mediaType) || MediaTypes.IsManifest(mediaType));
            string type = known ? mediaType! : DocumentKind.Of(content) ?? mediaType ?? "application/octet-stream"; // known means not null
            DocumentKind.Check(type, content);
            return new RegistryManifest(Descriptor.Of(type, content) with { Digest = expected[0] ?? Digest.OfBytes(content) }, content);
        }
        catch (InvalidImageException e)
        {
            string message = $"{request.Host.Name} has no readable {request.What}: {e.Message}";
            throw new RegistryException(RegistryErrorKind.InvalidContent, request.Host.Name, message, e);
        }
    }
}
