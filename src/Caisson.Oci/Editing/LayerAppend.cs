using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Editing;

/// <summary>Puts layers on an image.</summary>
public static class LayerAppend
{
    /// <summary>The image with the layers on top, in OCI media types, and an entry of the history for each.</summary>
    /// <param name="image">The image.</param>
    /// <param name="layers">The layers, lowest first, with what made them.</param>
    /// <param name="time">The time of the new image; null for that of the old one.</param>
    public static Image Apply(Image image, IReadOnlyList<(ImageLayer Layer, string CreatedBy)> layers, DateTimeOffset? time)
    {
        DateTimeOffset? created = time ?? image.Config.Created;
        ImmutableArray<HistoryEntry> added = [.. layers.Select(l => new HistoryEntry { Created = created, CreatedBy = l.CreatedBy })];
        ImageConfig config = image.Config with { Created = created, History = [.. image.Config.History ?? [], .. added] };
        return Image.Create(config, [.. image.Layers.Concat(layers.Select(static l => l.Layer)).Select(BaseChange.OciForm)], image.Manifest.Annotations);
    }
}
