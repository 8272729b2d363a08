using System.Text.Json;
using Caisson.Oci.Contents;

namespace Caisson.Cli.Images;

/// <summary>Where the bytes of an image are, for programs. Sizes are in bytes; layers count from 1.</summary>
internal static class SpaceJson
{
    /// <summary>The document.</summary>
    public static string Write(SpaceView view) => JsonOutput.Write(json =>
    {
        SpaceUse use = view.Use;
        json.WriteString("place", view.Place);
        ImageJson.Write(json, view.Image);
        json.WriteNumber("uncompressedBytes", use.Layers.Sum(static l => l.UncompressedBytes));
        json.WriteNumber("visibleBytes", use.VisibleBytes);
        json.WriteNumber("wastedBytes", use.WastedBytes);
        json.WriteObjects("layers", use.Layers, layer => Write(json, layer));
        json.WriteObjects("directories", view.Depth == 0 ? [] : use.Directories(view.Depth).Take(view.Top), directory =>
        {
            json.WriteString("path", "/" + directory.Path);
            json.WriteNumber("sizeBytes", directory.SizeBytes);
            json.WriteNumber("files", directory.Files);
        });
        json.WriteObjects("biggestFiles", use.Largest(view.Top), file =>
        {
            json.WriteString("path", "/" + file.Path);
            json.WriteNumber("sizeBytes", file.Facts.SizeBytes);
            json.WriteNumber("layer", file.Facts.Layer + 1);
        });
        json.WriteObjects("wasted", use.Wasted.Take(view.Top), file =>
        {
            json.WriteString("path", "/" + file.Path);
            json.WriteNumber("sizeBytes", file.SizeBytes);
            json.WriteNumber("writtenByLayer", file.WrittenBy);
            json.WriteNumber("hiddenByLayer", file.HiddenBy);
            json.WriteString("how", SpaceText.Word(file.How));
        });
    });

    private static void Write(Utf8JsonWriter json, LayerSpace layer)
    {
        json.WriteNumber("layer", layer.Number);
        json.WriteString("digest", layer.Blob.Digest.Value);
        json.WriteString("diffId", layer.DiffId.Value);
        json.WriteString("mediaType", layer.Blob.MediaType);
        json.WriteNumber("compressedBytes", layer.Blob.Size);
        json.WriteNumber("uncompressedBytes", layer.UncompressedBytes);
        json.WriteNumber("fileBytes", layer.FileBytes);
        json.WriteNumber("files", layer.Entries);
        json.WriteNumber("hiddenLaterBytes", layer.HiddenLaterBytes);
        json.WriteNumber("hidesBytes", layer.HidesBytes);
        json.WriteOptional("createdBy", layer.CreatedBy);
    }
}
