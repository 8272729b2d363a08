using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Engine.Imaging;
using Caisson.Engine.Solving;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>The steps of one result, for others to take.</summary>
/// <param name="All">All that the result rests on.</param>
/// <param name="OfResult">Those whose layers are in the result.</param>
internal sealed record TakenSteps(ImmutableArray<SolvedStep> All, ImmutableArray<SolvedStep> OfResult)
{
    // Every registry takes a configuration of 4 MiB; the image has other things to say, too.
    private const int MaxInlineBytes = 1 << 20;

    /// <summary>The configuration of an image that carries its own cache; the same as before when there is nothing to carry.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="forms">Makes the forms of layers.</param>
    /// <param name="form">How the image's layers become archives.</param>
    /// <param name="formName">The name of the form of its blobs.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Null when it is too much to carry.</returns>
    public async Task<ImageConfig?> InlineAsync(ImageConfig config, LayerForms forms, BlobForm form, string formName, CancellationToken ct)
    {
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        List<SharedLayer> layers = [];
        foreach ((FilesystemState state, int index) in CacheExporter.SharedLayers(OfResult.Select(static s => s.Result)))
        {
            RemoteLayer layer = await forms.ShareAsync(state, index, form, ct).ConfigureAwait(false);
            // The archive that the image gets, whatever others of the layer there are.
            ImageLayer blob = await forms.GetBlobAsync(state, index, form, ct).ConfigureAwait(false);
            places.Add(state.Layers[index].Id.Value, layers.Count);
            layers.Add(new SharedLayer(Blob: null, blob.DiffId, formName, layer.Content, layer.Times.Bytes));
        }
        JsonElement member = CacheDocumentJson.WriteElement(new CacheDocument { Layers = [.. layers], Steps = [.. OfResult.Select(s => CacheExporter.ToShared(s, places)).OfType<SharedStep>()] });
        if (layers.Count == 0)
            return config;
        if (member.GetRawText().Length > MaxInlineBytes)
            return null;
        return config with { Unknown = new Dictionary<string, JsonElement>(config.Unknown ?? [], StringComparer.Ordinal) { [CacheManifest.InlineField] = member } };
    }
}
