using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Caisson.Oci.Model;

namespace Caisson.Oci.Json;

/// <summary>
/// Fields of JSON documents, read and written one by one. The documents of images and the records of a store are on the way of every command, and a serializer that is put together at run time costs more
/// than reading them.
/// </summary>
/// <remarks>Each method that reads stands at the field's name and ends at the last token of its value. All throw <see cref="JsonException"/>, <see cref="FormatException"/> or
/// <see cref="InvalidOperationException"/> for a value of another kind.</remarks>
public static class JsonFields
{
    /// <summary>Begins an object whose first token is the next one.</summary>
    public static void EnterValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        Enter(ref reader);
    }

    /// <summary>Begins an object at its first token.</summary>
    public static void Enter(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("an object is missing");
    }

    /// <summary>Goes to the next field's name; false at the end of the object.</summary>
    public static bool Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName;
    }

    /// <summary>A string that must be one.</summary>
    public static string Text(ref Utf8JsonReader reader) => TextOrNull(ref reader) ?? throw new JsonException("a null where text is needed");

    /// <summary>A string or null.</summary>
    public static string? TextOrNull(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString();
    }

    /// <summary>A whole number, or null.</summary>
    public static long? NumberOrNull(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null : reader.GetInt64();
    }

    /// <summary>A whole number of 32 bits, or null.</summary>
    public static int? SmallNumberOrNull(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null : reader.GetInt32();
    }

    /// <summary>True, false or null.</summary>
    public static bool? TruthOrNull(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null : reader.GetBoolean();
    }

    /// <summary>A time or null.</summary>
    public static DateTimeOffset? TimeOrNull(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null : reader.GetDateTimeOffset();
    }

    /// <summary>A digest.</summary>
    public static Digest Digest(ref Utf8JsonReader reader) => ToDigest(Text(ref reader));

    /// <summary>Digests; null is none, as BuildKit writes the layers of an image that has none.</summary>
    public static ImmutableArray<Digest> Digests(ref Utf8JsonReader reader)
    {
        if (!EnterList(ref reader))
            return [];
        ImmutableArray<Digest>.Builder digests = ImmutableArray.CreateBuilder<Digest>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            digests.Add(ToDigest(reader.GetString()));
        return digests.ToImmutable();
    }

    /// <summary>A list of strings, or null.</summary>
    public static ImmutableArray<string>? TextsOrNull(ref Utf8JsonReader reader)
    {
        if (!EnterList(ref reader))
            return null;
        ImmutableArray<string>.Builder texts = ImmutableArray.CreateBuilder<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            texts.Add(reader.GetString()!); // a null in it is kept as it came
        return texts.ToImmutable();
    }

    /// <summary>A map of strings in ordinal order, whatever its order in the document, or null.</summary>
    public static ImmutableSortedDictionary<string, string>? MapOrNull(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        Enter(ref reader);
        ImmutableSortedDictionary<string, string>.Builder map = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        while (Next(ref reader))
            map[reader.GetString()!] = TextOrNull(ref reader) ?? "";
        return map.ToImmutable();
    }

    /// <summary>A set as Go writes a <c>map[string]struct{}</c>, an object whose values say nothing, or null.</summary>
    public static ImmutableSortedSet<string>? SetOrNull(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        Enter(ref reader);
        ImmutableSortedSet<string>.Builder names = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        while (Next(ref reader))
        {
            names.Add(reader.GetString()!);
            reader.Read();
            reader.Skip();
        }
        return names.ToImmutable();
    }

    /// <summary>Begins a list; false when there is a null in its place.</summary>
    public static bool EnterList(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return false;
        return reader.TokenType == JsonTokenType.StartArray ? true : throw new JsonException("a list is missing");
    }

    /// <summary>Keeps a field that this version does not know.</summary>
    public static void Keep(ref Utf8JsonReader reader, ref Dictionary<string, JsonElement>? unknown)
    {
        string name = reader.GetString()!; // a name
        reader.Read();
        (unknown ??= new Dictionary<string, JsonElement>(StringComparer.Ordinal))[name] = JsonElement.ParseValue(ref reader);
    }

    /// <summary>What a document must have.</summary>
    public static T Required<T>(T? value, string name)
        where T : class => value ?? throw new JsonException($"\"{name}\" is missing");

    /// <summary>Writes a string that may be missing.</summary>
    public static void WriteText(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    /// <summary>Writes a number that may be missing.</summary>
    public static void WriteNumber(Utf8JsonWriter writer, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, number);
    }

    /// <summary>Writes true or false, or nothing.</summary>
    public static void WriteTruth(Utf8JsonWriter writer, ReadOnlySpan<byte> name, bool? value)
    {
        if (value is { } truth)
            writer.WriteBoolean(name, truth);
    }

    /// <summary>Writes a time as Go does: UTC with a <c>Z</c>, a fraction only when there is one.</summary>
    /// <remarks>RFC 3339, section 5.6.</remarks>
    public static void WriteTime(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset? value)
    {
        if (value is { } time)
            writer.WriteString(name, time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
    }

    /// <summary>Writes a list of strings that may be missing.</summary>
    public static void WriteTexts(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ImmutableArray<string>? value)
    {
        if (value is not { } texts)
            return;
        writer.WriteStartArray(name);
        foreach (string text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    /// <summary>Writes digests.</summary>
    public static void WriteDigests(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ImmutableArray<Digest> digests)
    {
        writer.WriteStartArray(name);
        foreach (Digest digest in digests)
            writer.WriteStringValue(digest.Value);
        writer.WriteEndArray();
    }

    /// <summary>Writes a map of strings that may be missing.</summary>
    public static void WriteMap(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ImmutableSortedDictionary<string, string>? map)
    {
        if (map is null)
            return;
        writer.WriteStartObject(name);
        foreach ((string key, string value) in map)
            writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    /// <summary>Writes a set of names, each with an empty object.</summary>
    public static void WriteSet(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ImmutableSortedSet<string>? names)
    {
        if (names is null)
            return;
        writer.WriteStartObject(name);
        foreach (string entry in names)
        {
            writer.WriteStartObject(entry);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    /// <summary>Writes the fields that this version does not know.</summary>
    public static void WriteUnknown(Utf8JsonWriter writer, Dictionary<string, JsonElement>? unknown)
    {
        if (unknown is null)
            return;
        foreach ((string name, JsonElement value) in unknown)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }

    private static Digest ToDigest(string? text) => Model.Digest.TryParse(text, out Digest? digest) ? digest : throw new JsonException("not a digest");
}
