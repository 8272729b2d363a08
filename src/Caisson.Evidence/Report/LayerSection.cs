using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Evidence.Report;

/// <summary>The layers of the images, with bars as long as they are large.</summary>
internal static class LayerSection
{
    /// <summary>Writes it.</summary>
    public static void Write(Html html, BuildReport report)
    {
        if (!report.Images.Any(static i => !i.Layers.IsEmpty))
            return;
        ReportPage.Begin(html, "layers", "Layers", "Sizes are those of the blobs, as they are pushed and stored.");
        foreach (Image image in report.Images)
        {
            if (report.Images.Length > 1)
                html.Add($"<h3>{image.Config.Platform.ToString()} <span class=\"digest\">{image.Descriptor.Digest.Value}</span></h3>\n");
            Write(html, image);
        }
        ReportPage.End(html);
    }

    /// <summary>What made a layer, as the image says.</summary>
    public static string MadeBy(Image image, int layer)
    {
        ImmutableArray<HistoryEntry> makers = [.. (image.Config.History ?? []).Where(static h => h.EmptyLayer is not true)];
        string by = makers.Length == image.Layers.Length ? makers[layer].CreatedBy ?? "" : "";
        return by.Replace(" # buildkit", "", StringComparison.Ordinal).Replace("/bin/sh -c #(nop) ", "", StringComparison.Ordinal).Trim() is { Length: > 0 } text ? text : $"layer {layer + 1}";
    }

    private static void Write(Html html, Image image)
    {
        long largest = Math.Max(1, image.Layers.Max(static l => l.Blob.Size));
        html.AddMarkup("<table class=\"layers\">\n<thead><tr><th scope=\"col\" class=\"number\">#</th><th scope=\"col\">Made by</th><th scope=\"col\" class=\"number\">Size</th><th scope=\"col\"></th></tr></thead>\n<tbody>\n");
        for (int i = 0; i < image.Layers.Length; i++)
        {
            ImageLayer layer = image.Layers[i];
            html.Add($"<tr><td class=\"number\">{i + 1}</td><td><code>{MadeBy(image, i)}</code><div class=\"digest\">{layer.Blob.Digest.Value}</div></td><td class=\"number\">{Quantity.Bytes(layer.Blob.Size)}</td>");
            html.Add($"<td><div class=\"track\"><span class=\"bar done\" style=\"width:{Math.Max(0.5, 100.0 * layer.Blob.Size / largest)}%\"></span></div></td></tr>\n");
        }
        html.AddMarkup("</tbody>\n</table>\n");
    }
}
