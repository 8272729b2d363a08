using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>Talks to container registries: finds, fetches and stores images, manifests and blobs.</summary>
/// <remarks>
/// distribution-spec v1.1.1. Thread-safe; one client serves all registries and keeps connections and tokens. Everything fetched is
/// checked against its digest and size. Transient failures are tried again; see <see cref="RegistryOptions.Retry"/>.
/// </remarks>
public sealed class RegistryClient : IDisposable
{
    private readonly RegistryConnection _connection;
    private readonly ManifestApi _manifests;
    private readonly BlobApi _blobs;
    private readonly ListingApi _listings;
    private readonly ImageUpload _uploads;

    /// <summary>Makes a client. Nothing is sent yet.</summary>
    /// <exception cref="FormatException">A certificate in the options is not PEM.</exception>
    public RegistryClient(RegistryOptions options)
    {
        _connection = new RegistryConnection(options);
        _manifests = new ManifestApi(_connection);
        _blobs = new BlobApi(_connection);
        _listings = new ListingApi(_connection);
        _uploads = new ImageUpload(_connection, _manifests, _blobs);
    }

    /// <summary>Names the manifest or index that a reference stands for now: media type, digest and size.</summary>
    /// <exception cref="RegistryException">The registry has none, or cannot be asked.</exception>
    /// <remarks>distribution-spec v1.1.1, "Checking if content exists in the registry": HEAD, or GET where the answer to it says too little.</remarks>
    public Task<Descriptor> ResolveAsync(Reference reference, CancellationToken ct = default) => _manifests.ResolveAsync(reference, ct);

    /// <summary>Fetches the manifest or index that a reference stands for, at most <see cref="OciJson.MaxDocumentBytes"/>.</summary>
    /// <exception cref="RegistryException">The registry has none, cannot be asked, or sends something else than it should.</exception>
    /// <remarks>distribution-spec v1.1.1, "Pulling manifests".</remarks>
    public Task<RegistryManifest> GetManifestAsync(Reference reference, CancellationToken ct = default) => _manifests.GetAsync(reference, ct);

    /// <summary>Fetches an image for a platform; its layers are fetched when they are opened.</summary>
    /// <remarks>An image that is not part of an index is given whatever its platform; see <see cref="ImageConfig.Platform"/>.</remarks>
    /// <exception cref="RegistryException">The registry has none, or cannot be asked.</exception>
    /// <exception cref="ImageNotFoundException">The index has no image for the platform.</exception>
    /// <exception cref="InvalidImageException">What is there is not an image.</exception>
    public async Task<Image> PullAsync(Reference reference, Platform platform, CancellationToken ct = default)
    {
        RegistryManifest root = await _manifests.GetAsync(reference, ct).ConfigureAwait(false);
        Reference named = reference.WithDefaultTag();
        ImageLoader loader = new(reference.ToString(), (document, token) => ReadDocumentAsync(named, root, document, token), BlobsOf(named));
        return await loader.LoadAsync(root.Descriptor, platform, ct).ConfigureAwait(false);
    }

    /// <summary>The blobs of a reference's repository, for reading.</summary>
    public IBlobSource BlobsOf(Reference repository) => new RegistryBlobSource(_blobs, repository);

    /// <summary>Whether a reference's repository has a blob.</summary>
    /// <exception cref="RegistryException">The registry cannot be asked.</exception>
    public Task<bool> HasBlobAsync(Reference repository, Digest digest, CancellationToken ct = default) =>
        _blobs.ExistsAsync(repository, digest, Scopes.Pull, ct);

    /// <summary>Stores an image under a tag (with none given, <c>latest</c>) or under its digest; blobs that are there are not sent.</summary>
    /// <param name="mountFrom">Repositories of the same registry that may hold some of the layers; those that layers came from are known anyway.</param>
    /// <exception cref="RegistryException">Rejected by the registry; <c>IsTransient</c> tells whether a retry can help.</exception>
    /// <exception cref="ArgumentException">The target has a digest that is not the image's.</exception>
    public Task<Descriptor> PushAsync(Image image, Reference target, ImmutableArray<Reference> mountFrom = default, CancellationToken ct = default) =>
        _uploads.PushAsync(image, target, mountFrom.IsDefault ? [] : mountFrom, ct);

    /// <summary>Stores images for several platforms, each under its digest, and the index over them under a tag or its digest.</summary>
    /// <param name="mountFrom">Repositories of the same registry that may hold some of the layers; those that layers came from are known anyway.</param>
    /// <exception cref="RegistryException">Rejected by the registry; <c>IsTransient</c> tells whether a retry can help.</exception>
    /// <exception cref="ArgumentException">The target has a digest that is not the index's.</exception>
    public async Task<Descriptor> PushAsync(
        MultiPlatformImage image, Reference target, ImmutableArray<Reference> mountFrom = default, CancellationToken ct = default)
    {
        foreach (Image part in image.Images)
            await PushAsync(part, target.WithoutTag().WithDigest(part.Descriptor.Digest), mountFrom, ct).ConfigureAwait(false);
        return await _manifests.PutAsync(target, image.Descriptor.MediaType, image.IndexBytes, ct).ConfigureAwait(false);
    }

    /// <summary>Uploads one blob and returns when the registry has acknowledged its digest; a blob that is there is not sent.</summary>
    /// <param name="from">Asked for the blob when it has to be sent, and again when a broken transfer has to go back.</param>
    /// <exception cref="RegistryException">Rejected by the registry.</exception>
    public Task PushBlobAsync(Reference repository, Descriptor blob, IBlobSource from, CancellationToken ct = default) =>
        _uploads.PushBlobAsync(repository, blob, from, [], ct);

    /// <summary>Uploads blobs, several at a time, and returns when the registry has acknowledged all; those that are there are not sent.</summary>
    /// <param name="blobs">The blobs and where they are read; those that come from another repository of the registry are mounted.</param>
    /// <exception cref="RegistryException">Rejected by the registry.</exception>
    public Task PushBlobsAsync(Reference repository, ImmutableArray<(Descriptor Blob, IBlobSource Source)> blobs, CancellationToken ct = default) =>
        _uploads.PushBlobsAsync(repository, blobs, [], ct);

    /// <summary>Stores a manifest or index, such as one over several platforms, whose parts are there already.</summary>
    /// <returns>Its descriptor; the registry has acknowledged the digest.</returns>
    /// <exception cref="RegistryException">Rejected by the registry.</exception>
    /// <exception cref="ArgumentException">The target has a digest that is not the content's.</exception>
    /// <remarks>distribution-spec v1.1.1, "Pushing Manifests".</remarks>
    public Task<Descriptor> PushManifestAsync(Reference target, string mediaType, ReadOnlyMemory<byte> content, CancellationToken ct = default) =>
        _manifests.PutAsync(target, mediaType, content, ct);

    /// <summary>Stores what is said of an image, under its own digest in the image's repository. The image need not be there yet.</summary>
    /// <remarks>distribution-spec v1.1.1, "Pushing Manifests with Subject": a registry without a list of referrers gets one under a tag.</remarks>
    /// <exception cref="RegistryException">Rejected by the registry.</exception>
    public async Task PushReferrerAsync(Reference repository, Referrer referrer, CancellationToken ct = default)
    {
        await PushBlobsAsync(repository, referrer.Parts(), ct).ConfigureAwait(false);
        Reference name = repository.WithoutTag().WithDigest(referrer.Descriptor.Digest);
        await PushManifestAsync(name, referrer.Descriptor.MediaType, referrer.ManifestBytes, ct).ConfigureAwait(false);
    }

    /// <summary>Removes a tag; from a reference with a digest and no tag, the manifest with all its tags. Blobs stay until the registry tidies up.</summary>
    /// <exception cref="RegistryException">There is none, or the registry does not remove.</exception>
    /// <remarks>distribution-spec v1.1.1, "Content Management".</remarks>
    public Task DeleteManifestAsync(Reference reference, CancellationToken ct = default) => _manifests.DeleteAsync(reference, ct);

    /// <summary>Removes a blob from a reference's repository.</summary>
    /// <exception cref="RegistryException">There is none, or the registry does not remove.</exception>
    /// <remarks>distribution-spec v1.1.1, "Deleting Blobs".</remarks>
    public Task DeleteBlobAsync(Reference repository, Digest digest, CancellationToken ct = default) => _blobs.DeleteAsync(repository, digest, ct);

    /// <summary>Lists the tags of a reference's repository, in the registry's order; a registry may refuse.</summary>
    /// <exception cref="RegistryException">While listing: there is no such repository, or the registry refuses.</exception>
    /// <remarks>distribution-spec v1.1.1, "Listing Tags".</remarks>
    public IAsyncEnumerable<string> ListTagsAsync(Reference repository, CancellationToken ct = default) => _listings.TagsAsync(repository, ct);

    /// <summary>Lists what names a manifest as its subject: signatures, bills of material and the like.</summary>
    /// <param name="reference">The manifest; without a digest it is what the tag stands for now.</param>
    /// <param name="artifactType">Only those of this type; null for all.</param>
    /// <exception cref="RegistryException">There is no such manifest, or the registry cannot be asked.</exception>
    /// <remarks>distribution-spec v1.1.1, "Listing Referrers", and the index under a tag where a registry has none.</remarks>
    public async Task<ImmutableArray<Descriptor>> ListReferrersAsync(Reference reference, string? artifactType = null, CancellationToken ct = default)
    {
        Digest subject = reference.Digest ?? (await ResolveAsync(reference, ct).ConfigureAwait(false)).Digest;
        return await new ReferrersApi(_connection, _manifests).ListAsync(reference, subject, artifactType, ct).ConfigureAwait(false);
    }

    /// <summary>Asks a registry whether it lets us in, with the credentials of the options.</summary>
    /// <returns>Whether it wanted any.</returns>
    /// <exception cref="RegistryException">It does not, or cannot be asked.</exception>
    /// <remarks>distribution-spec v1.1.1, "Determining Support".</remarks>
    public async Task<bool> CheckAccessAsync(string registry, CancellationToken ct = default)
    {
        RegistryHost host = await _connection.HostAsync(registry, ct).ConfigureAwait(false);
        RegistryRequest request = new()
        {
            Method = HttpMethod.Get,
            Host = host,
            Uri = new Uri(host.Root, "v2/"),
            Scope = "",
            What = "its API",
            Expected = [System.Net.HttpStatusCode.OK],
        };
        return await Attempts.RunAsync(_connection.Options, async attempt =>
        {
            using HttpResponseMessage response = await _connection.SendAsync(request, attempt).ConfigureAwait(false);
            return _connection.IsIdentifiedBy(request);
        }, ct).ConfigureAwait(false);
    }

    /// <summary>Lists the repositories of a registry, in its order. Few public registries allow it.</summary>
    /// <param name="registry">Host and optional port, as in <see cref="Reference.Registry"/>.</param>
    /// <exception cref="RegistryException">While listing: the registry refuses, or does not know how.</exception>
    public IAsyncEnumerable<string> CatalogAsync(string registry, CancellationToken ct = default) => _listings.CatalogAsync(registry, ct);

    /// <summary>Closes the connections. Streams that are still open break.</summary>
    public void Dispose()
    {
        _uploads.Dispose();
        _connection.Dispose();
    }

    private async Task<byte[]> ReadDocumentAsync(Reference reference, RegistryManifest root, Descriptor document, CancellationToken ct)
    {
        if (document.Digest == root.Descriptor.Digest)
            return root.Content.ToArray();
        bool isManifest = MediaTypes.IsIndex(document.MediaType) || MediaTypes.IsManifest(document.MediaType);
        if (!isManifest)
        {
            byte[] content = await _blobs.ReadAsync(reference, document, OciJson.MaxDocumentBytes, ct).ConfigureAwait(false);
            DocumentKind.RefuseDuplicates(content);
            return content;
        }
        RegistryManifest manifest = await _manifests.GetAsync(reference.WithDigest(document.Digest), ct).ConfigureAwait(false);
        return manifest.Content.ToArray();
    }
}
