using System.Collections.Immutable;
using System.Net;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>What belongs to a manifest: signatures, bills of material and the like, which name it as their subject.</summary>
/// <remarks>distribution-spec v1.1.1, "Listing Referrers", and "Unavailable Referrers API" for registries without it: an index under a tag made of the digest.</remarks>
internal sealed class ReferrersApi(RegistryConnection connection, ManifestApi manifests)
{
    private const int MaxPages = 100;
    private const int MaxReferrers = 10_000;

    /// <summary>Lists them, of one artifact type or of all.</summary>
    public async Task<ImmutableArray<Descriptor>> ListAsync(Reference repository, Digest subject, string? artifactType, CancellationToken ct)
    {
        RegistryEndpoint endpoint = await connection.EndpointAsync(repository, ct).ConfigureAwait(false);
        string query = artifactType is null ? "" : "?artifactType=" + Uri.EscapeDataString(artifactType);
        RegistryRequest? request = new()
        {
            Method = HttpMethod.Get,
            Host = endpoint.Host,
            Repository = endpoint.Repository,
            Uri = endpoint.Host.At($"{endpoint.Repository}/referrers/{subject}{query}"),
            Scope = Scopes.Pull(endpoint.Repository),
            What = $"list of what refers to {subject} of {endpoint.Repository}",
            Accept = [MediaTypes.OciIndex],
            Expected = [HttpStatusCode.OK, HttpStatusCode.NotFound],
        };
        ImmutableArray<Descriptor>.Builder found = ImmutableArray.CreateBuilder<Descriptor>();
        for (int page = 0; request is not null; page++)
        {
            if (page == MaxPages)
                throw RegistryConnection.Invalid(request, "sends pages without end");
            RegistryRequest current = request;
            (ImageIndex? index, Uri? next) = await Attempts.RunAsync(connection.Options, attempt => PageAsync(current, attempt), ct).ConfigureAwait(false);
            if (index is null)
                return Of(await TaggedAsync(repository, subject, ct).ConfigureAwait(false), artifactType);
            found.AddRange(Of(index, artifactType));
            if (found.Count > MaxReferrers)
                throw RegistryConnection.Invalid(request, $"names more than {MaxReferrers} manifests");
            request = next is null ? null : current with { Uri = next };
        }
        return found.ToImmutable();
    }

    /// <summary>Adds a manifest to the list under the tag, for registries that keep none themselves.</summary>
    /// <remarks>Who does this at the same time may be overwritten: the protocol has no way to tell. The specification accepts that.</remarks>
    public async Task AddTaggedAsync(Reference repository, Digest subject, Descriptor referrer, CancellationToken ct)
    {
        ImageIndex index = await TaggedAsync(repository, subject, ct).ConfigureAwait(false);
        if (index.Manifests.Any(m => m.Digest == referrer.Digest))
            return;
        byte[] content = OciJson.Write(index with { MediaType = MediaTypes.OciIndex, Manifests = index.Manifests.Add(referrer) });
        await manifests.PutAsync(TagOf(repository, subject), MediaTypes.OciIndex, content, ct).ConfigureAwait(false);
    }

    private static Reference TagOf(Reference repository, Digest subject) =>
        Reference.Parse($"{repository.Name}:{subject.Algorithm}-{subject.Hex}");

    // Not from a mirror: what a copy of the list lacks would be lost when the list is written.
    private async Task<ImageIndex> TaggedAsync(Reference repository, Digest subject, CancellationToken ct)
    {
        try
        {
            RegistryManifest tagged = await manifests.GetOwnAsync(TagOf(repository, subject), ct).ConfigureAwait(false);
            return OciJson.ReadIndex(tagged.Content.Span);
        }
        catch (RegistryException e) when (e.Kind == RegistryErrorKind.NotFound)
        {
            return new ImageIndex { SchemaVersion = 2, Manifests = [] };
        }
    }

    private async Task<(ImageIndex? Index, Uri? Next)> PageAsync(RegistryRequest request, CancellationToken ct)
    {
        using HttpResponseMessage response = await connection.SendAsync(request, ct).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return (null, null);
        Uri? next = ListingApi.NextPage(request, response);
        byte[] content = await connection.ReadBodyAsync(request, response, OciJson.MaxDocumentBytes, ct).ConfigureAwait(false);
        try
        {
            return (OciJson.ReadIndex(content), next);
        }
        catch (InvalidImageException e)
        {
            throw new RegistryException(RegistryErrorKind.InvalidContent, request.Host.Name, $"{request.Host.Name} sends no readable {request.What}: {e.Message}", e);
        }
    }

    private static ImmutableArray<Descriptor> Of(ImageIndex index, string? artifactType) =>
        artifactType is null ? index.Manifests : [.. index.Manifests.Where(m => m.ArtifactType == artifactType)];
}
