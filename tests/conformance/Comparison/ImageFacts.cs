using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Caisson.Conformance.Catalog;
using Caisson.Conformance.Images;

namespace Caisson.Conformance.Comparison;

/// <summary>States what an image is.</summary>
internal static class ImageFacts
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // The rest of the document is told by the layers and by the history.
    private static readonly string[] ToldElsewhere = ["rootfs", "history", "config"];

    /// <param name="image">The image.</param>
    /// <param name="start">When the build began: what is as young as that is told as made "now".</param>
    public static FactSheet Of(BuiltImage image, DateTimeOffset start)
    {
        FactSheet facts = new();
        facts.Add("outcome", "", "image");
        AddConfig(facts, image.Config);
        AddHistory(facts, image.Config["history"] as JsonArray ?? []);
        AddLayers(facts, image.Layers);
        AddTree(facts, MergedTree.Of(image.Layers), start.ToUnixTimeSeconds());
        return facts;
    }

    private static void AddConfig(FactSheet facts, JsonObject config)
    {
        foreach ((string name, JsonNode? value) in config.Where(static m => !ToldElsewhere.Contains(m.Key)))
            facts.Add("config", name, Canonical(value));
        foreach ((string name, JsonNode? value) in config["config"] as JsonObject ?? [])
        {
            // A list that is left out says the same as an empty one.
            if (value is not (null or JsonArray { Count: 0 } or JsonObject { Count: 0 }))
                facts.Add("config", "config." + name, Canonical(value));
        }
    }

    private static void AddHistory(FactSheet facts, JsonArray history)
    {
        facts.Add("history.count", "", Text(history.Count));
        for (int i = 0; i < history.Count; i++)
        {
            JsonObject entry = history[i] as JsonObject ?? [];
            facts.Add("history.created_by", Text(i), entry["created_by"]?.GetValue<string>() ?? "");
            facts.Add("history.empty_layer", Text(i), entry["empty_layer"]?.GetValue<bool>() is true ? "true" : "false");
        }
    }

    private static void AddLayers(FactSheet facts, ImmutableArray<ImmutableArray<ArchiveEntry>> layers)
    {
        facts.Add("layers.count", "", Text(layers.Length));
        for (int i = 0; i < layers.Length; i++)
        {
            foreach (IGrouping<string, ArchiveEntry> entries in layers[i].GroupBy(static e => e.Path))
                facts.Add("layers.entry", $"{i} {entries.Key}", string.Join(", ", entries.Select(static e => Kind(e.Type))));
        }
    }

    private static void AddTree(FactSheet facts, MergedTree tree, long now)
    {
        foreach ((string path, ArchiveEntry file) in tree.Files)
        {
            facts.Add("tree.kind", path, Kind(file.Type));
            if (file.Type != '2')
                facts.Add("tree.mode", path, Convert.ToString(file.Mode, 8));
            facts.Add("tree.owner", path, $"{Text(file.Uid)}:{Text(file.Gid)}");
            facts.Add(file.Type == '5' ? "tree.time.directory" : "tree.time.file", path, file.Time >= now ? "now" : CaseFolder.IsTimeOfCase(file.Time) ? "the case's" : Text(file.Time));
            if (file.Target.Length > 0)
                facts.Add("tree.target", path, file.Target);
            if (file.Type == '0')
            {
                facts.Add("tree.size", path, Text(file.SizeBytes));
                facts.Add("tree.content", path, file.Content);
                facts.Add("tree.names", path, string.Join(", ", tree.NamesOf(path)));
            }
            foreach ((string attribute, string value) in file.Attributes)
                facts.Add("tree.attribute", $"{path} {attribute}", value);
        }
    }

    private static string Kind(char type) => type switch
    {
        '0' => "file",
        '1' => "hard link",
        '2' => "symbolic link",
        '3' => "character device",
        '4' => "block device",
        '5' => "directory",
        '6' => "pipe",
        _ => $"type {type}",
    };

    // Members of objects in order of their names: their own order says nothing. That of lists does.
    private static string Canonical(JsonNode? value) => value switch
    {
        JsonObject members => "{" + string.Join(",", members.OrderBy(static m => m.Key, StringComparer.Ordinal).Select(static m => $"{JsonValue.Create(m.Key).ToJsonString(Plain)}:{Canonical(m.Value)}")) + "}",
        JsonArray items => "[" + string.Join(",", items.Select(Canonical)) + "]",
        null => "null",
        _ => value.ToJsonString(Plain),
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
