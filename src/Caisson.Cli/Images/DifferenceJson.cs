using System.Text.Json;
using Caisson.Engine;
using Caisson.Oci.Contents;
using Caisson.Oci.Images;

namespace Caisson.Cli.Images;

/// <summary>What is different between two images, for programs. What was not compared is not there.</summary>
internal static class DifferenceJson
{
    /// <summary>The document.</summary>
    public static string Write(PlacedImage old, PlacedImage @new, ImageDifference difference) => JsonOutput.Write(json =>
    {
        WriteSide(json, "old", old);
        WriteSide(json, "new", @new);
        json.WriteBoolean("different", !difference.IsEmpty);
        if (!difference.Fields.IsDefault)
            json.WriteObjects("config", difference.Fields, field => Write(json, field));
        if (!difference.Layers.IsDefault)
            json.WriteObjects("layers", difference.Layers, pair => Write(json, pair));
        if (!difference.Files.IsDefault)
            json.WriteObjects("files", difference.Files, file => Write(json, file));
    });

    private static void WriteSide(Utf8JsonWriter json, string name, PlacedImage side)
    {
        json.WriteStartObject(name);
        json.WriteString("place", side.Place);
        ImageJson.Write(json, side.Image);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, FieldChange field)
    {
        json.WriteString("name", field.Name);
        if (field.Old is not null)
            json.WriteString("old", field.Old);
        if (field.New is not null)
            json.WriteString("new", field.New);
    }

    private static void Write(Utf8JsonWriter json, LayerPair pair)
    {
        ImageLayer layer = (pair.Old ?? pair.New)!; // one of the two is there
        json.WriteString("change", pair.Old is null ? "added" : pair.New is null ? "removed" : "common");
        json.WriteString("diffId", layer.DiffId.Value);
        json.WriteOptional("oldDigest", pair.Old?.Blob.Digest.Value);
        json.WriteOptional("newDigest", pair.New?.Blob.Digest.Value);
        json.WriteNumber("sizeBytes", layer.Blob.Size);
    }

    private static void Write(Utf8JsonWriter json, FileChange file)
    {
        json.WriteString("path", "/" + file.Path);
        json.WriteString("change", file.Kind.ToString().ToLowerInvariant());
        if (file.Kind == FileChangeKind.Changed)
        {
            json.WriteStartArray("what");
            foreach (FileAspects aspect in Enum.GetValues<FileAspects>().Where(a => a != FileAspects.None && file.Aspects.HasFlag(a)))
                json.WriteStringValue(aspect.ToString().ToLowerInvariant());
            json.WriteEndArray();
        }
        Write(json, "old", file.Old);
        Write(json, "new", file.New);
    }

    private static void Write(Utf8JsonWriter json, string name, FileFacts? facts)
    {
        if (facts is null)
            return;
        json.WriteStartObject(name);
        json.WriteString("type", FileWords.Of(facts.Type));
        json.WriteString("mode", FileWords.Mode(facts.Mode));
        json.WriteNumber("uid", facts.Uid);
        json.WriteNumber("gid", facts.Gid);
        json.WriteString("time", FileWords.Time(facts));
        if (facts.Content is { } content)
        {
            json.WriteNumber("sizeBytes", facts.SizeBytes);
            json.WriteString("digest", content.Value);
        }
        json.WriteOptional("target", facts.Target);
        json.WriteOptional("device", facts.Device);
        if (!facts.Xattrs.IsEmpty)
        {
            json.WriteStartObject("xattrs");
            foreach ((string attribute, var value) in facts.Xattrs)
                json.WriteBase64String(attribute, value.AsSpan());
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
