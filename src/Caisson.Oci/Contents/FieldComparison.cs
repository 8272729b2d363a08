using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Oci.Images;

namespace Caisson.Oci.Contents;

/// <summary>Compares what two images say of themselves, field by field.</summary>
internal static class FieldComparison
{
    private const int MaxDepth = 32;

    /// <summary>The fields that differ, in ordinal order. Layers are compared elsewhere.</summary>
    public static ImmutableArray<FieldChange> Compare(Image old, Image @new)
    {
        SortedDictionary<string, string> before = Read(old);
        SortedDictionary<string, string> after = Read(@new);
        SortedSet<string> names = new(before.Keys.Concat(after.Keys), StringComparer.Ordinal);
        return [.. names.Select(n => new FieldChange(n, before.GetValueOrDefault(n), after.GetValueOrDefault(n))).Where(static c => c.Old != c.New)];
    }

    private static SortedDictionary<string, string> Read(Image image)
    {
        SortedDictionary<string, string> fields = new(StringComparer.Ordinal)
        {
            ["manifest.mediaType"] = image.Descriptor.MediaType,
            ["manifest.config.mediaType"] = image.Manifest.Config.MediaType,
        };
        foreach ((string name, string value) in image.Manifest.Annotations ?? ImmutableSortedDictionary<string, string>.Empty)
            fields[$"manifest.annotations.{name}"] = value;
        using JsonDocument config = JsonDocument.Parse(image.ConfigBytes, new JsonDocumentOptions { MaxDepth = MaxDepth });
        foreach (JsonProperty property in config.RootElement.EnumerateObject())
        {
            if (property.Name != "rootfs")
                Add(fields, property.Name, property.Value);
        }
        return fields;
    }

    private static void Add(SortedDictionary<string, string> fields, string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            if (!value.EnumerateObject().Any())
                fields[name] = "{}";
            foreach (JsonProperty property in value.EnumerateObject())
                Add(fields, $"{name}.{property.Name}", property.Value);
        }
        else if (name == "config.Env" && value.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement variable in value.EnumerateArray().Where(static v => v.ValueKind == JsonValueKind.String))
            {
                string[] parts = (variable.GetString() ?? "").Split('=', 2);
                fields[$"{name}.{parts[0]}"] = parts.ElementAtOrDefault(1) ?? "";
            }
        }
        else if (name == "history" && value.ValueKind == JsonValueKind.Array)
        {
            int i = 0;
            foreach (JsonElement entry in value.EnumerateArray())
                Add(fields, FormattableString.Invariant($"history[{i++:000}]"), entry);
        }
        else if (value.ValueKind is not JsonValueKind.Null)
        {
            fields[name] = value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : value.GetRawText();
        }
    }
}
