using System.Text.Json;
using System.Text.Json.Serialization;

namespace Caisson.Engine.Bundling;

/// <summary>The JSON of bundles: the same for the same record.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, WriteIndented = true, NewLine = "\n", UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BundleRecord))]
internal sealed partial class BundleJson : JsonSerializerContext
{
    /// <summary>Writes a record.</summary>
    public static byte[] Write(BundleRecord record) => JsonSerializer.SerializeToUtf8Bytes(record, Default.BundleRecord);

    /// <summary>Reads a record.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static BundleRecord Read(ReadOnlySpan<byte> json)
    {
        BundleRecord record = JsonSerializer.Deserialize(json, Default.BundleRecord) ?? throw new JsonException("there is nothing in it");
        if (record.Version != 1)
            throw new JsonException("its version is not 1: it was written by a newer caisson");
        IEnumerable<object?> elements = [.. record.Platforms, .. record.Hosts, .. record.Limits, .. record.Secrets, .. record.Contexts, .. record.Policies, .. record.Images, .. record.Fetched, .. record.Steps, .. record.Result.Images];
        return elements.All(static e => e is not null) ? record : throw new JsonException("it lists nothing where something should be");
    }
}
