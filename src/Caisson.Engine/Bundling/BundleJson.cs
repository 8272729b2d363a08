using System.Text.Json;
using System.Text.Json.Serialization;

namespace Caisson.Engine.Bundling;

/// <summary>The JSON of bundles: the same for the same record.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, WriteIndented = true, NewLine = "\n", UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BundleRecord))]
internal sealed partial class BundleJson : JsonSerializerContext
{
    // The years 1 and 9999: what images can say.
    private const long MinTime = -62_135_596_800;
    private const long MaxTime = 253_402_300_799;

    /// <summary>Writes a record.</summary>
    public static byte[] Write(BundleRecord record) => JsonSerializer.SerializeToUtf8Bytes(record, Default.BundleRecord);

    // People read nearly all of it on terminals.
    private static bool SteersTerminals(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => Steers(json.GetString()),
        JsonValueKind.Array => json.EnumerateArray().Any(SteersTerminals),
        JsonValueKind.Object => json.EnumerateObject().Any(static p => Steers(p.Name) || SteersTerminals(p.Value)),
        _ => false,
    };

    private static bool Steers(string? text) => text?.Any(static c => char.IsControl(c) && c is not ('\n' or '\t')) == true;

    /// <summary>Reads a record.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static BundleRecord Read(ReadOnlySpan<byte> json)
    {
        BundleRecord record = JsonSerializer.Deserialize(json, Default.BundleRecord) ?? throw new JsonException("there is nothing in it");
        if (record.Version != 1)
            throw new JsonException("its version is not 1: it was written by a newer caisson");
        IEnumerable<object?> elements = [.. record.Platforms, .. record.Hosts, .. record.Limits, .. record.Secrets, .. record.Contexts, .. record.Policies, .. record.Images, .. record.Fetched, .. record.Steps, .. record.Result.Images];
        IEnumerable<string?> values = record.Arguments.Values.Concat(record.Labels.Values).Concat(record.NamedContexts.Values).Concat(record.Compressed.Values);
        if (values.Any(static v => v is null) || record.Contexts.DistinctBy(static c => c?.Name).Count() < record.Contexts.Length)
            throw new JsonException("it lists nothing where something should be, or something twice");
        if (record.TimeSeconds is < MinTime or > MaxTime || record.SharedMemoryBytes is <= 0)
            throw new JsonException("a number in it is out of range");
        if (record.Platforms.IsEmpty || elements.Any(static e => e is null))
            throw new JsonException("it lists nothing where something should be");
        using JsonDocument document = JsonDocument.Parse(json.ToArray());
        return SteersTerminals(document.RootElement) ? throw new JsonException("it has control characters in it") : record;
    }
}
