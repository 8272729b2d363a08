using System.Collections.Immutable;
using Caisson.Engine;
using Caisson.Engine.Exporting;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.EngineApi;

/// <summary>Images on their way: from and to registries, as files to and from clients.</summary>
/// <param name="engine">What has them.</param>
/// <param name="events">Told what happens to them.</param>
internal sealed class ImageTransferRoutes(BuildEngine engine, DaemonEvents events)
{
    private readonly ImageCatalog _catalog = new(engine.Images);

    /// <summary><c>POST /images/create</c>: a pull of one tag, or of all.</summary>
    public async Task CreateAsync(ApiRequest request)
    {
        if (request.Value("fromImage") is not { } from)
            throw new ApiException(StatusCodes.Status501NotImplemented, "caisson builds images and runs no containers: an image of a bare file system is made by a Dockerfile with FROM scratch and ADD");
        Reference asked = ImageRoutes.ParseName(from.TrimEnd(':'), request.Value("tag"));
        Platform? platform = ApiPlatforms.One(request);
        JsonStream output = new(request.Http);
        try
        {
            if (asked.Tag is not null || asked.Digest is not null)
                await PullAsync(request, output, asked, platform).ConfigureAwait(false);
            else if (await engine.Images.ListTagsAsync(asked, HeaderCredentials.ReadOne(request, asked.Registry), tag => PullAsync(request, output, ImageRoutes.ParseName(asked.ToString(), tag), platform), request.Aborted).ConfigureAwait(false) == 0)
                throw new ApiException(StatusCodes.Status404NotFound, $"{asked.Familiar} has no tags in its registry");
        }
        catch (Exception e) when (e is BuildException or ApiException && request.Http.Response.HasStarted)
        {
            await output.ErrorAsync(ApiFailure.Of(e).Message).ConfigureAwait(false);
        }
    }

    /// <summary><c>POST /images/{name}/push</c>.</summary>
    public async Task PushAsync(ApiRequest request)
    {
        Reference target = ImageRoutes.ParseName(request.Name, request.Value("tag"));
        Platform? platform = ApiPlatforms.One(request);
        JsonStream output = new(request.Http);
        ImmutableArray<StoredImage> all = await engine.Images.ListAllAsync(request.Aborted).ConfigureAwait(false);
        await output.StatusAsync($"The push refers to repository [{target.Name}]").ConfigureAwait(false);
        try
        {
            foreach ((StoredImage image, Reference name) in ToPush(target, all))
                await PushAsync(request, output, platform is null ? image : Only(ApiPlatforms.Of(image, name.Familiar, platform), image), name).ConfigureAwait(false);
        }
        catch (Exception e) when (e is BuildException or ApiException)
        {
            await output.ErrorAsync(ApiFailure.Of(e).Message).ConfigureAwait(false);
        }
    }

    /// <summary><c>GET /images/{name}/get</c> and <c>GET /images/get</c>.</summary>
    public async Task SaveAsync(ApiRequest request)
    {
        string[] asked = request.Name.Length > 0 ? [request.Name] : [.. request.Values("names")];
        if (asked.Length == 0)
            throw ApiException.Bad("no image is named");
        ImmutableArray<StoredImage> all = await engine.Images.ListAllAsync(request.Aborted).ConfigureAwait(false);
        Platform? platform = ApiPlatforms.One(request);
        List<(StoredImage Image, Image Own, List<Reference> Names)> chosen = [];
        foreach (string name in asked)
        {
            foreach ((StoredImage image, ImmutableArray<Reference> names) in NamedBy(name, all))
            {
                int known = chosen.FindIndex(c => c.Image.Descriptor.Digest == image.Descriptor.Digest);
                if (known < 0)
                    chosen.Add((image, ApiPlatforms.Of(image, name, platform), [.. names]));
                else
                    chosen[known].Names.AddRange(names.Except(chosen[known].Names));
            }
        }
        ImmutableArray<(Image Image, ImmutableArray<Reference> Names)> saved = [.. chosen.Select(static c => (c.Own, c.Names.ToImmutableArray()))];
        request.Http.Response.ContentType = "application/x-tar";
        await engine.Images.SaveAsync(saved, ExportFile.To(request.Http.Response.Body), request.Aborted).ConfigureAwait(false);
        foreach ((StoredImage image, _, _) in chosen)
            events.Add("image", "save", image.Id.Value, ("name", image.Id.Value));
    }

    /// <summary><c>POST /images/load</c>.</summary>
    public async Task LoadAsync(ApiRequest request)
    {
        JsonStream output = new(request.Http);
        ImmutableArray<LoadedImage> loaded = await engine.Images.LoadAsync(request.Http.Request.Body, ApiPlatforms.One(request), request.Aborted).ConfigureAwait(false);
        foreach (LoadedImage image in loaded)
        {
            await output.StreamAsync($"{image}\n").ConfigureAwait(false);
            events.Add("image", "load", image.Id.Value, ("name", image.Name?.Familiar ?? image.Id.Value));
        }
    }

    private async Task PullAsync(ApiRequest request, JsonStream output, Reference name, Platform? platform)
    {
        PullProgress progress = new(output, name);
        string? before = ImageCatalog.Find(name.ToString(), await engine.Images.ListAllAsync(request.Aborted).ConfigureAwait(false))?.Id.Value;
        Image image = await progress.RunAsync(observer => engine.Images.PullAsync(name, platform, HeaderCredentials.ReadOne(request, name.Registry), observer, request.Aborted)).ConfigureAwait(false);
        await output.StatusAsync($"Digest: {image.Descriptor.Digest}").ConfigureAwait(false);
        bool isNew = before != image.Manifest.Config.Digest.Value;
        await output.StatusAsync($"Status: {(isNew ? "Downloaded newer image" : "Image is up to date")} for {name.Familiar}").ConfigureAwait(false);
        events.Add("image", "pull", name.Familiar, ("name", name.WithoutTag().Familiar));
    }

    private async Task PushAsync(ApiRequest request, JsonStream output, StoredImage image, Reference name)
    {
        ImmutableArray<ImageLayer> layers = ImageJson.Own(image).Layers;
        foreach (ImageLayer layer in layers)
            await output.ProgressAsync("Preparing", layer.DiffId.Hex[..12]).ConfigureAwait(false);
        Descriptor there = await engine.Images.PushAsync(image, name, HeaderCredentials.ReadOne(request, name.Registry), request.Aborted).ConfigureAwait(false);
        // Without numbers, as Docker: of what has some, clients that are no terminal show nothing.
        foreach (ImageLayer layer in layers)
            await output.ProgressAsync("Pushed", layer.DiffId.Hex[..12]).ConfigureAwait(false);
        string tag = name.WithDefaultTag().Tag ?? "";
        await output.StatusAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{tag}: digest: {there.Digest} size: {there.Size}")).ConfigureAwait(false);
        await output.WriteAsync(json =>
        {
            json.WriteStartObject("progressDetail");
            json.WriteEndObject();
            json.WriteStartObject("aux");
            json.WriteString("Tag", tag);
            json.WriteString("Digest", there.Digest.Value);
            json.WriteNumber("Size", there.Size);
            json.WriteEndObject();
        }).ConfigureAwait(false);
        events.Add("image", "push", name.Familiar, ("name", name.WithoutTag().Familiar));
    }

    private static StoredImage Only(Image own, StoredImage image) => image with { Descriptor = own.Descriptor, Images = [own] };

    // Without a tag, all tags of the repository.
    private static (StoredImage Image, Reference Name)[] ToPush(Reference target, ImmutableArray<StoredImage> all)
    {
        (StoredImage, Reference)[] pushed = target.Tag is null && target.Digest is null
            ? [.. all.SelectMany(i => i.Names.Where(n => n.Name == target.Name && n.Tag is not null).Select(n => (i, n)))]
            : ImageCatalog.Find(target.ToString(), all) is { } image ? [(image, target)] : [];
        return pushed.Length > 0 ? pushed : throw new ApiException(StatusCodes.Status404NotFound, $"An image does not exist locally with the tag: {target.WithoutTag().Familiar}");
    }

    // A repository without a tag stands for all of its tags; an id for the image without a name.
    private static (StoredImage Image, ImmutableArray<Reference> Names)[] NamedBy(string name, ImmutableArray<StoredImage> all)
    {
        if (Reference.TryParse(name, out Reference? reference, out _) && reference.Tag is null && reference.Digest is null && !ImageCatalog.IsId(name))
        {
            (StoredImage, ImmutableArray<Reference>)[] tagged = [.. all.Select(i => (i, (ImmutableArray<Reference>)[.. i.Names.Where(n => n.Name == reference.Name && n.Tag is not null)])).Where(static i => !i.Item2.IsEmpty)];
            if (tagged.Length > 0)
                return tagged;
        }
        StoredImage image = ImageCatalog.Find(name, all) ?? throw ApiException.NoImage(name);
        return [(image, ImageCatalog.IsCalledById(name, image) ? [] : [reference!.WithDefaultTag()])]; // called by a name, so it is one
    }
}
