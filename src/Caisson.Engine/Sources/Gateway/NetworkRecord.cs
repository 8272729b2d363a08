using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>What a step did on the network: the file <c>network</c> beside its layer.</summary>
/// <remarks>One line of JSON for each, in the order in which they began: exchanges, then what was refused.</remarks>
internal sealed record NetworkRecord
{
    private const long MaxFileBytes = 256 << 20;

    /// <summary>The exchanges.</summary>
    public ImmutableArray<RecordedExchange> Exchanges { get; init; } = [];

    /// <summary>What was tried and refused, in words.</summary>
    public ImmutableArray<string> Refused { get; init; } = [];

    /// <summary>Writes a record to a new file.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void Write(string path)
    {
        using FileStream file = new(path, FileMode.CreateNew);
        ArrayBufferWriter<byte> line = new();
        using Utf8JsonWriter json = new(line);
        foreach (RecordedExchange exchange in Exchanges)
        {
            Write(json, exchange);
            Complete(file, line, json);
        }
        foreach (string refused in Refused)
        {
            json.WriteStartObject();
            json.WriteString("refused", refused);
            json.WriteEndObject();
            Complete(file, line, json);
        }
    }

    /// <summary>Reads a record; null when there is none, or none that can be read.</summary>
    public static NetworkRecord? TryRead(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length > MaxFileBytes)
            return null;
        ImmutableArray<RecordedExchange>.Builder exchanges = ImmutableArray.CreateBuilder<RecordedExchange>();
        ImmutableArray<string>.Builder refused = ImmutableArray.CreateBuilder<string>();
        try
        {
            foreach (string line in File.ReadLines(path))
            {
                using JsonDocument document = JsonDocument.Parse(line);
                if (document.RootElement.TryGetProperty("refused", out JsonElement attempt))
                    refused.Add(attempt.GetString() ?? "");
                else
                    exchanges.Add(Read(document.RootElement));
            }
            return new NetworkRecord { Exchanges = exchanges.ToImmutable(), Refused = refused.ToImmutable() };
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static void Complete(FileStream file, ArrayBufferWriter<byte> line, Utf8JsonWriter json)
    {
        json.Flush();
        file.Write(line.WrittenSpan);
        file.WriteByte((byte)'\n');
        line.ResetWrittenCount();
        json.Reset();
    }

    private static void Write(Utf8JsonWriter json, RecordedExchange exchange)
    {
        json.WriteStartObject();
        json.WriteString("method", exchange.Method);
        json.WriteString("address", exchange.Address);
        WriteOptional(json, "from", exchange.From);
        WriteOptional(json, "sent", exchange.Sent?.Value);
        WriteOptional(json, "range", exchange.Range);
        json.WriteString("form", exchange.Form);
        json.WriteNumber("status", exchange.Status);
        json.WriteStartArray("fields");
        foreach ((string name, string value) in exchange.Fields)
        {
            json.WriteStringValue(name);
            json.WriteStringValue(value);
        }
        json.WriteEndArray();
        json.WriteNumber("size", exchange.SizeBytes);
        if (exchange.AnnouncedBytes is { } announced)
            json.WriteNumber("announced", announced);
        WriteOptional(json, "content", exchange.Content?.Value);
        WriteOptional(json, "package", exchange.Package);
        WriteOptional(json, "broken", exchange.IsWhole ? null : "yes");
        json.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    private static RecordedExchange Read(JsonElement json) => new()
    {
        Method = Text(json, "method") ?? throw new FormatException("no method"),
        Address = Text(json, "address") ?? throw new FormatException("no address"),
        From = Text(json, "from"),
        Sent = DigestOf(json, "sent"),
        Range = Text(json, "range"),
        Form = Text(json, "form") ?? "",
        Status = json.GetProperty("status").GetInt32() is var status && status is RecordedExchange.Unanswered or (>= 100 and <= 999) ? status : throw new FormatException("no status"),
        Fields = [.. json.GetProperty("fields").EnumerateArray().Select(static f => f.GetString() ?? "").Chunk(2).Select(static pair => new KeyValuePair<string, string>(pair[0], pair[^1]))],
        SizeBytes = json.GetProperty("size").GetInt64() is var size and >= 0 ? size : throw new FormatException("no size"),
        AnnouncedBytes = json.TryGetProperty("announced", out JsonElement announced) ? announced.GetInt64() : null,
        Content = DigestOf(json, "content"),
        Package = Text(json, "package"),
        IsWhole = Text(json, "broken") is null,
    };

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static Digest? DigestOf(JsonElement json, string name) => Text(json, name) is { } text ? Digest.Parse(text) : null;
}
