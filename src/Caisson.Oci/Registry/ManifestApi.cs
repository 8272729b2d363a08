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
        return await connection.ReadAsync(reference, async (endpoint, attempt) =>
        {
            RegistryRequest request = Request(HttpMethod.Head, endpoint, reference);
            using HttpResponseMessage response = await connection.SendAsync(request, attempt).ConfigureAwait(false);
            return FromHeaders(request, response, reference.Digest) ?? (await GetAsync(endpoint, reference, attempt).ConfigureAwait(false)).Descriptor;
        }, ct).ConfigureAwait(false);
    }

    /// <summary>Fetches what a reference stands for; checked against the reference's digest and the registry's own.</summary>
    public Task<RegistryManifest> GetAsync(Reference reference, CancellationToken ct) =>
        connection.ReadAsync(reference, (endpoint, attempt) => GetAsync(endpoint, reference, attempt), ct);

    /// <summary>Fetches what a reference stands for there where it is written: no mirror is asked.</summary>
    public async Task<RegistryManifest> GetOwnAsync(Reference reference, CancellationToken ct)
    {
        RegistryEndpoint endpoint = await connection.EndpointAsync(reference, ct).ConfigureAwait(false);
        return await Attempts.RunAsync(connection.Options, attempt => GetAsync(endpoint, reference, attempt), ct).ConfigureAwait(false);
    }

    /// <summary>Whether a tag, there where it is written, names a manifest of this digest now.</summary>
    public async Task<bool> IsAsync(Reference target, Digest digest, CancellationToken ct)
    {
        RegistryEndpoint endpoint = await connection.EndpointAsync(target, ct).ConfigureAwait(false);
        RegistryRequest request = Request(HttpMethod.Head, endpoint, target) with
        {
            Scope = Scopes.Push(endpoint.Repository),
            Expected = [HttpStatusCode.OK, HttpStatusCode.NotFound],
        };
        try
        {
            using HttpResponseMessage response = await connection.SendAsync(request, ct).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK && DigestOf(request, response) == digest;
        }
        catch (RegistryException e) when (e.Status is not null || e.IsTransient)
        {
            return false; // it is only a short cut: what is wrong shows when something is sent
        }
    }

    /// <summary>Removes a tag, or without one the manifest that the digest names.</summary>
    /// <exception cref="RegistryException">There is none, or the registry does not remove.</exception>
    /// <remarks>distribution-spec v1.1.1, "Deleting tags" and "Deleting Manifests".</remarks>
    public async Task DeleteAsync(Reference target, CancellationToken ct)
    {
        RegistryEndpoint endpoint = await connection.EndpointAsync(target, ct).ConfigureAwait(false);
        RegistryRequest request = Request(HttpMethod.Delete, endpoint, target) with
        {
            Scope = Scopes.Delete(endpoint.Repository),
            Expected = [HttpStatusCode.Accepted, HttpStatusCode.OK, HttpStatusCode.NoContent],
        };
        try
        {
            await Attempts.RunAsync(connection.Options, async attempt =>
            {
                using HttpResponseMessage response = await connection.SendAsync(request, attempt).ConfigureAwait(false);
                return true;
            }, ct).ConfigureAwait(false);
        }
        catch (RegistryException e) when (e.Status is HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed)
        {
            // docker-registry 2.8 says of a tag that it is no digest.
            string what = target.Tag is null ? "no manifests" : "no single tags";
            throw new RegistryException(RegistryErrorKind.Unsupported, endpoint.Host.Name, $"{endpoint.Host.Name} removes {what}: {request.What} stays", e) { Status = e.Status };
        }
    }

    /// <summary>Stores a manifest or index under the tag, or else under its digest.</summary>
    public async Task<Descriptor> PutAsync(Reference target, string mediaType, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        Descriptor descriptor = Descriptor.Of(mediaType, content.Span);
        if (target.Digest is { } pinned && !pinned.IsOf(content.Span))
            throw new ArgumentException($"{target} names another manifest than {descriptor.Digest}", nameof(target));
        RegistryEndpoint endpoint = await connection.EndpointAsync(target, ct).ConfigureAwait(false);
        RegistryRequest request = Request(HttpMethod.Put, endpoint, target) with
        {
            Scope = Scopes.Push(endpoint.Repository),
            Accept = [],
            Expected = [HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Accepted, HttpStatusCode.NoContent],
            Content = _ => Task.FromResult<HttpContent>(Body(mediaType, content)),
        };
        bool knowsSubject = await Attempts.RunAsync(connection.Options, async attempt =>
        {
            using HttpResponseMessage response = await connection.SendAsync(request, attempt).ConfigureAwait(false);
            if (DigestOf(request, response) is { } stored && !stored.IsOf(content.Span))
                throw RegistryConnection.Invalid(request, $"stored {stored} instead of {descriptor.Digest}");
            return response.Headers.NonValidated.Contains("OCI-Subject");
        }, ct).ConfigureAwait(false);
        if (!knowsSubject && Subjects.Find(mediaType, content.Span) is { } refers)
            await new ReferrersApi(connection, this).AddTaggedAsync(target, refers.Subject, refers.Referrer, ct).ConfigureAwait(false);
        return descriptor;
    }

    private static ReadOnlyMemoryContent Body(string mediaType, ReadOnlyMemory<byte> content)
    {
        ReadOnlyMemoryContent body = new(content);
        body.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        return body;
    }

    private async Task<RegistryManifest> GetAsync(RegistryEndpoint endpoint, Reference reference, CancellationToken ct)
    {
        RegistryRequest request = Request(HttpMethod.Get, endpoint, reference);
        using HttpResponseMessage response = await connection.SendAsync(request, ct).ConfigureAwait(false);
        Digest? told = DigestOf(request, response);
        string? mediaType = response.Content.Headers.ContentType?.MediaType;
        byte[] content = await connection.ReadBodyAsync(request, response, OciJson.MaxDocumentBytes, ct).ConfigureAwait(false);
        return Check(request, content, mediaType, [reference.Digest, told]);
    }

    // A tag that is written or removed is meant as such, even when the reference has a digest too.
    private static RegistryRequest Request(HttpMethod method, RegistryEndpoint endpoint, Reference reference)
    {
        bool reads = method == HttpMethod.Get || method == HttpMethod.Head;
        Reference named = reference.Tag is null && reference.Digest is null ? reference.WithDefaultTag() : reference;
        string name = reads ? named.Digest?.Value ?? named.Tag ?? "" : named.Tag ?? named.Digest?.Value ?? "";
        return new RegistryRequest
        {
            Method = method,
            Host = endpoint.Host,
            Repository = endpoint.Repository,
            Uri = endpoint.Host.At($"{endpoint.Repository}/manifests/{name}"),
            Scope = Scopes.Pull(endpoint.Repository),
            What = named.Digest is null ? $"{endpoint.Repository}:{name}" : $"{endpoint.Repository}@{name}",
            Accept = [MediaTypes.OciIndex, MediaTypes.OciManifest, MediaTypes.DockerIndex, MediaTypes.DockerManifest],
            Expected = [HttpStatusCode.OK],
        };
    }

    private static Descriptor? FromHeaders(RegistryRequest request, HttpResponseMessage response, Digest? wanted)
    {
        string? mediaType = response.Content.Headers.ContentType?.MediaType;
        long? length = response.Content.Headers.ContentLength;
        if (DigestOf(request, response) is not { } digest || length is not { } size || mediaType is null)
            return null;
        if (wanted is not null && wanted.Algorithm == digest.Algorithm && wanted != digest)
            throw RegistryConnection.Invalid(request, $"answers with {digest}");
        bool known = MediaTypes.IsIndex(mediaType) || MediaTypes.IsManifest(mediaType);
        return known ? new Descriptor { MediaType = mediaType, Digest = wanted ?? digest, Size = size } : null;
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
            if (DocumentKind.IsSchema1(mediaType, content))
            {
                string what = $"{request.Host.Name} has {request.What} as a Docker schema 1 manifest only, which does not say what its layers hold and is no longer read";
                throw new RegistryException(RegistryErrorKind.ObsoleteFormat, request.Host.Name, what);
            }
            bool known = mediaType is not null && (MediaTypes.IsIndex(mediaType) || MediaTypes.IsManifest(mediaType));
            string type = known ? mediaType! : DocumentKind.Of(content) ?? mediaType ?? "application/octet-stream"; // known means not null
            DocumentKind.Check(type, content);
            DocumentKind.RefuseDuplicates(content);
            return new RegistryManifest(Descriptor.Of(type, content) with { Digest = expected[0] ?? Digest.OfBytes(content) }, content);
        }
        catch (InvalidImageException e)
        {
            string message = $"{request.Host.Name} has no readable {request.What}: {e.Message}";
            throw new RegistryException(RegistryErrorKind.InvalidContent, request.Host.Name, message, e);
        }
    }
}
