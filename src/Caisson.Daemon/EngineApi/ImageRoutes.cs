using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Engine;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.EngineApi;

/// <summary>What is asked of images that are here: listed, looked at, named, removed.</summary>
/// <param name="engine">What has them.</param>
/// <param name="events">Told what happens to them.</param>
/// <param name="time">The clock.</param>
internal sealed class ImageRoutes(BuildEngine engine, DaemonEvents events, TimeProvider time)
{
    private readonly ImageCatalog _catalog = new(engine.Images);

    /// <summary><c>GET /images/json</c>.</summary>
    public async Task ListAsync(ApiRequest request)
    {
        ApiFilters filters = ApiFilters.Read(request, ImageFilter.Names);
        ImmutableArray<StoredImage> all = await engine.Images.ListAllAsync(request.Aborted).ConfigureAwait(false);
        StoredImage[] listed = [.. new ImageFilter(filters, all, time.GetUtcNow()).Fitting().OrderByDescending(ImageJson.CreatedOf).ThenBy(static i => i.Names.Select(static n => n.ToString()).FirstOrDefault("~"), StringComparer.Ordinal)];
        await ApiAnswer.WriteAsync(request.Http, json =>
        {
            json.WriteStartArray();
            ImageJson.WriteSummaries(json, listed, request.Minor);
            json.WriteEndArray();
        }).ConfigureAwait(false);
    }

    /// <summary><c>GET /images/{name}/json</c>.</summary>
    public async Task InspectAsync(ApiRequest request)
    {
        ImmutableArray<StoredImage> copies = await _catalog.GetCopiesAsync(request.Name, request.Aborted).ConfigureAwait(false);
        Image own = ApiPlatforms.Of(copies[0], request.Name, ApiPlatforms.One(request));
        await ApiAnswer.WriteAsync(request.Http, json => ImageJson.WriteDetails(json, copies, own, request.Minor)).ConfigureAwait(false);
    }

    /// <summary><c>GET /images/{name}/history</c>.</summary>
    public async Task HistoryAsync(ApiRequest request)
    {
        ImmutableArray<StoredImage> copies = await _catalog.GetCopiesAsync(request.Name, request.Aborted).ConfigureAwait(false);
        Image own = ApiPlatforms.Of(copies[0], request.Name, ApiPlatforms.One(request));
        await ApiAnswer.WriteAsync(request.Http, json => ImageJson.WriteHistory(json, copies, own)).ConfigureAwait(false);
    }

    /// <summary><c>POST /images/{name}/tag</c>.</summary>
    public async Task TagAsync(ApiRequest request)
    {
        string repository = request.Value("repo") ?? throw ApiException.Bad("repository name must have at least one component");
        Reference name = ParseName(repository, request.Value("tag"));
        if (name.Digest is not null || ParseName(repository).Digest is not null)
            throw ApiException.Bad("refusing to create a tag with a digest reference");
        if (name.Familiar.StartsWith("sha256:", StringComparison.Ordinal))
            throw ApiException.Bad("refusing to create an ambiguous tag using digest algorithm as name");
        StoredImage image = await _catalog.GetAsync(request.Name, request.Aborted).ConfigureAwait(false);
        await engine.Images.TagAsync(image, name, request.Aborted).ConfigureAwait(false);
        events.Add("image", "tag", image.Id.Value, ("name", name.WithDefaultTag().Familiar));
        request.Http.Response.StatusCode = StatusCodes.Status201Created;
    }

    /// <summary><c>DELETE /images/{name}</c>.</summary>
    public async Task RemoveAsync(ApiRequest request)
    {
        ImmutableArray<StoredImage> copies = await _catalog.GetCopiesAsync(request.Name, request.Aborted).ConfigureAwait(false);
        StoredImage image = copies[0];
        ApiPlatforms.CheckWhole(request, image);
        Reference[] all = ImageJson.NamesOf(copies);
        bool isById = ImageCatalog.IsCalledById(request.Name, image);
        if (isById && all.Select(static n => n.Name).Distinct(StringComparer.Ordinal).Count() > 1 && !request.Flag("force"))
            throw new ApiException(StatusCodes.Status409Conflict, $"conflict: unable to delete {image.Id.Hex[..12]} (must be forced) - image is referenced in multiple repositories");
        Reference[] names = isById ? all : [.. image.Names.Where(Called(request.Name))];
        if (names.Length == 0 && !image.Names.IsEmpty)
            throw ApiException.NoImage(request.Name); // none of its names has this digest
        List<(string What, string Which)> done = [.. names.Select(static n => ("Untagged", n.Familiar))];
        bool isLast = names.Length == all.Length;
        if (isLast)
        {
            foreach (StoredImage copy in copies)
                await engine.Images.RemoveAsync(copy, request.Aborted).ConfigureAwait(false);
            done.Add(("Deleted", image.Id.Value));
        }
        else
        {
            foreach (Reference name in names)
                await engine.Images.RemoveAsync(name, request.Aborted).ConfigureAwait(false);
        }
        foreach (Reference name in names)
            events.Add("image", "untag", image.Id.Value, ("name", name.Familiar));
        if (isLast)
            events.Add("image", "delete", image.Id.Value, ("name", image.Id.Value));
        await ApiAnswer.WriteAsync(request.Http, json => WriteRemoved(json, done)).ConfigureAwait(false);
    }

    /// <summary><c>POST /images/prune</c>.</summary>
    public async Task PruneAsync(ApiRequest request)
    {
        ApiFilters filters = ApiFilters.Read(request, "dangling", "label", "label!", "until");
        ImmutableArray<StoredImage> all = await engine.Images.ListAllAsync(request.Aborted).ConfigureAwait(false);
        // Nothing runs here that could need one: without the limit to those that have no name, all go.
        bool isAll = filters.Truth("dangling") == false;
        List<(string What, string Which)> done = [];
        foreach (IGrouping<Digest, StoredImage> copies in new ImageFilter(filters.Without("dangling"), all, time.GetUtcNow()).Fitting().GroupBy(static i => i.Id).Where(c => isAll || c.All(static i => i.Names.IsEmpty)))
        {
            foreach (StoredImage copy in copies)
                await engine.Images.RemoveAsync(copy, request.Aborted).ConfigureAwait(false);
            done.AddRange(ImageJson.NamesOf(copies).Select(static n => ("Untagged", n.Familiar)));
            done.Add(("Deleted", copies.Key.Value));
            events.Add("image", "delete", copies.Key.Value, ("name", copies.Key.Value));
        }
        PruneReport freed = await engine.Cache.PruneAsync(new PruneRequest { Filter = static e => e.Type is CacheEntryTypes.Blob }, request.Aborted).ConfigureAwait(false);
        events.Add("image", "prune", "", ("reclaimed", freed.FreedBytes.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        await ApiAnswer.WriteAsync(request.Http, json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("ImagesDeleted");
            if (done.Count == 0)
                json.WriteNullValue();
            else
                WriteRemoved(json, done);
            json.WriteNumber("SpaceReclaimed", freed.FreedBytes);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    /// <summary>A name of an image.</summary>
    /// <exception cref="ApiException">It cannot be one.</exception>
    public static Reference ParseName(string text) => Reference.TryParse(text, out Reference? reference, out string? problem) ? reference : throw ApiException.Bad($"invalid reference format: {problem}");

    /// <summary>A name of an image, with the tag or the digest that is given besides in the place of its own.</summary>
    /// <exception cref="ApiException">It cannot be one.</exception>
    public static Reference ParseName(string text, string? tag) => tag is null ? ParseName(text)
        : ParseName($"{ParseName(text).WithoutTag().WithoutDigest()}{(Digest.TryParse(tag, out _) ? '@' : ':')}{tag}");

    // A digest stands for all names of its repository that have it, unless it has a tag besides.
    private static Func<Reference, bool> Called(string text)
    {
        Reference called = ParseName(text).WithDefaultTag();
        return called.Digest is null ? n => n == called : n => n.Name == called.Name && (called.Tag is null || n.Tag is null || n.Tag == called.Tag);
    }

    private static void WriteRemoved(Utf8JsonWriter json, List<(string What, string Which)> done)
    {
        json.WriteStartArray();
        foreach ((string what, string which) in done)
        {
            json.WriteStartObject();
            json.WriteString(what, which);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
