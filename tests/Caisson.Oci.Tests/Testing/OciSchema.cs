using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Caisson.Oci.Tests.Testing;

/// <summary>
/// The rules of the JSON schemas of image-spec v1.1.1 (content descriptor, manifest, index, configuration, layout), in our own words and without our own reader: what is required, which type
/// each field has, which patterns and limits hold. Fields that a schema does not name are free.
/// </summary>
internal static partial class OciSchema
{
    private delegate void Rule(JsonElement value, string at, List<string> findings);

    private static readonly Rule Text = OfKind("a string", JsonValueKind.String);
    private static readonly Rule Truth = OfKind("true or false", JsonValueKind.True, JsonValueKind.False);
    private static readonly Rule Time = And(Text, static (v, at, f) => Require(DateTimeOffset.TryParse(v.GetString(), CultureInfo.InvariantCulture, out _) && v.GetString()!.Contains('T', StringComparison.Ordinal), at, "is no date-time", f));
    private static readonly Rule MediaType = And(Text, static (v, at, f) => Require(MediaTypePattern().IsMatch(v.GetString()!), at, "is no media type", f));
    private static readonly Rule DigestText = And(Text, static (v, at, f) => Require(DigestPattern().IsMatch(v.GetString()!), at, "is no digest", f));
    private static readonly Rule Size = Whole(0, long.MaxValue);
    private static readonly Rule Two = Whole(2, 2);
    private static readonly Rule Texts = ListOf(Text);
    private static readonly Rule TextMap = MapOf(Text);
    private static readonly Rule ObjectMap = MapOf(OfKind("an object", JsonValueKind.Object));

    private static readonly Rule PlatformRule = Object(
        ["architecture", "os"],
        ("architecture", Text), ("os", Text), ("os.version", Text), ("os.features", Texts), ("variant", Text));

    private static readonly Rule DescriptorRule = Object(
        ["mediaType", "size", "digest"],
        ("mediaType", MediaType), ("size", Size), ("digest", DigestText), ("urls", Texts), ("data", Text), ("artifactType", MediaType), ("annotations", TextMap));

    private static readonly Rule EntryRule = And(DescriptorRule, Object([], ("platform", PlatformRule)));

    private static readonly Rule ManifestRule = Object(
        ["schemaVersion", "config", "layers"],
        ("schemaVersion", Two), ("mediaType", MediaType), ("artifactType", MediaType), ("config", DescriptorRule), ("subject", DescriptorRule), ("layers", ListOf(DescriptorRule, least: 1)), ("annotations", TextMap));

    private static readonly Rule IndexRule = Object(
        ["schemaVersion", "manifests"],
        ("schemaVersion", Two), ("mediaType", MediaType), ("artifactType", MediaType), ("subject", DescriptorRule), ("manifests", ListOf(EntryRule)), ("annotations", TextMap));

    private static readonly Rule RunRule = Object(
        [],
        ("User", Text), ("ExposedPorts", ObjectMap), ("Env", Texts), ("Entrypoint", OrNull(Texts)), ("Cmd", OrNull(Texts)), ("Volumes", OrNull(ObjectMap)), ("WorkingDir", Text), ("Labels", OrNull(TextMap)), ("StopSignal", Text), ("ArgsEscaped", Truth));

    private static readonly Rule RootFsRule = Object(
        ["diff_ids", "type"],
        ("diff_ids", ListOf(DigestText)), ("type", And(Text, static (v, at, f) => Require(v.GetString() == "layers", at, "is not \"layers\"", f))));

    private static readonly Rule HistoryRule = Object([], ("created", Time), ("author", Text), ("created_by", Text), ("comment", Text), ("empty_layer", Truth));

    private static readonly Rule ConfigRule = Object(
        ["architecture", "os", "rootfs"],
        ("created", Time), ("author", Text), ("architecture", Text), ("variant", Text), ("os", Text), ("os.version", Text), ("os.features", Texts), ("config", RunRule), ("rootfs", RootFsRule), ("history", ListOf(HistoryRule)));

    private static readonly Rule MarkerRule = Object(
        ["imageLayoutVersion"],
        ("imageLayoutVersion", And(Text, static (v, at, f) => Require(v.GetString() == "1.0.0", at, "is no known version", f))));

    /// <summary>What is wrong with a document of this media type; null when the schemas do not speak of it.</summary>
    public static IReadOnlyList<string>? Check(string mediaType, ReadOnlyMemory<byte> json) => mediaType switch
    {
        "application/vnd.oci.image.manifest.v1+json" or "application/vnd.docker.distribution.manifest.v2+json" => Check(ManifestRule, json),
        "application/vnd.oci.image.index.v1+json" or "application/vnd.docker.distribution.manifest.list.v2+json" => Check(IndexRule, json),
        "application/vnd.oci.image.config.v1+json" or "application/vnd.docker.container.image.v1+json" => Check(ConfigRule, json),
        _ => null,
    };

    /// <summary>What is wrong with a layout, its index and all that it leads to; and how many documents were looked at.</summary>
    public static (IReadOnlyList<string> Findings, int Documents) CheckLayout(string directory)
    {
        List<string> findings = [.. Check(MarkerRule, File.ReadAllBytes(Path.Combine(directory, "oci-layout")))];
        byte[] index = File.ReadAllBytes(Path.Combine(directory, "index.json"));
        findings.AddRange(Check(IndexRule, index));
        HashSet<string> seen = [];
        Follow(directory, index, seen, findings);
        return (findings, seen.Count);
    }

    private static void Follow(string directory, byte[] document, HashSet<string> seen, List<string> findings)
    {
        using JsonDocument parsed = JsonDocument.Parse(document);
        foreach (JsonElement descriptor in DescriptorsOf(parsed.RootElement))
        {
            string mediaType = descriptor.GetProperty("mediaType").GetString()!;
            string digest = descriptor.GetProperty("digest").GetString()!;
            string path = Path.Combine(directory, "blobs", digest.Replace(':', '/'));
            if (!File.Exists(path))
            {
                findings.Add($"{digest} is not there");
                continue;
            }
            Require(new FileInfo(path).Length == descriptor.GetProperty("size").GetInt64(), digest, "has another size than its descriptor says", findings);
            if (seen.Contains(digest) || Check(mediaType, File.ReadAllBytes(path)) is not { } found)
                continue;
            seen.Add(digest);
            findings.AddRange(found.Select(f => $"{digest} ({mediaType}): {f}"));
            Follow(directory, File.ReadAllBytes(path), seen, findings);
        }
    }

    private static IEnumerable<JsonElement> DescriptorsOf(JsonElement document)
    {
        foreach (string list in (string[])["manifests", "layers"])
        {
            if (document.TryGetProperty(list, out JsonElement items))
            {
                foreach (JsonElement item in items.EnumerateArray())
                    yield return item;
            }
        }
        if (document.TryGetProperty("config", out JsonElement config) && config.TryGetProperty("digest", out _))
            yield return config;
    }

    private static List<string> Check(Rule rule, ReadOnlyMemory<byte> json)
    {
        List<string> findings = [];
        using JsonDocument document = JsonDocument.Parse(json);
        rule(document.RootElement, "$", findings);
        return findings;
    }

    private static void Require(bool holds, string at, string what, List<string> findings)
    {
        if (!holds)
            findings.Add($"{at} {what}");
    }

    // The second only where the first is satisfied: it may rely on the type.
    private static Rule And(Rule first, Rule second) => (value, at, findings) =>
    {
        int before = findings.Count;
        first(value, at, findings);
        if (findings.Count == before)
            second(value, at, findings);
    };

    private static Rule OrNull(Rule rule) => (value, at, findings) =>
    {
        if (value.ValueKind != JsonValueKind.Null)
            rule(value, at, findings);
    };

    private static Rule OfKind(string what, params JsonValueKind[] kinds) => (value, at, findings) => Require(kinds.Contains(value.ValueKind), at, $"is not {what}", findings);

    private static Rule Whole(long least, long most) => (value, at, findings) =>
        Require(value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= least && number <= most, at, $"is no whole number from {least} to {most}", findings);

    private static Rule ListOf(Rule item, int least = 0) => And(OfKind("a list", JsonValueKind.Array), (value, at, findings) =>
    {
        Require(value.GetArrayLength() >= least, at, $"has fewer than {least} items", findings);
        int i = 0;
        foreach (JsonElement element in value.EnumerateArray())
            item(element, $"{at}[{i++}]", findings);
    });

    private static Rule MapOf(Rule item) => And(OfKind("an object", JsonValueKind.Object), (value, at, findings) =>
    {
        foreach (JsonProperty property in value.EnumerateObject().Where(static p => p.Name.Length > 0))
            item(property.Value, $"{at}.{property.Name}", findings);
    });

    private static Rule Object(string[] required, params (string Name, Rule Rule)[] fields) => And(OfKind("an object", JsonValueKind.Object), (value, at, findings) =>
    {
        foreach (string name in required)
            Require(value.TryGetProperty(name, out _), at, $"lacks \"{name}\"", findings);
        foreach ((string name, Rule rule) in fields)
        {
            if (value.TryGetProperty(name, out JsonElement field))
                rule(field, $"{at}.{name}", findings);
        }
    });

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\z")]
    private static partial Regex MediaTypePattern();

    [GeneratedRegex(@"^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+\z")]
    private static partial Regex DigestPattern();
}
