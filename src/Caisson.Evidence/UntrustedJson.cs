using System.Text.Json;

namespace Caisson.Evidence;

/// <summary>Reads JSON that anybody may have written.</summary>
internal static class UntrustedJson
{
    private const int MaxDepth = 64;

    /// <summary>Reads a document that is an object.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="maxBytes">How many there may be.</param>
    /// <param name="read">Makes something of it.</param>
    /// <exception cref="FormatException">It is too large, or not what it should be.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> content, int maxBytes, Func<JsonElement, T> read)
    {
        if (content.Length > maxBytes)
            throw new FormatException($"it has {content.Length} bytes, and {maxBytes} are the most that is read");
        try
        {
            using JsonDocument document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : throw new FormatException("it is no JSON object");
        }
        catch (JsonException e)
        {
            throw new FormatException($"it is no JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException("a text in it is no UTF-8", e); // found when it is decoded
        }
    }

    /// <summary>A text of an object.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static string Text(JsonElement from, string name) => TryText(from, name) ?? throw new FormatException($"\"{name}\" is missing or no text");

    /// <summary>A text of an object; null when there is none.</summary>
    public static string? TryText(JsonElement from, string name) => Find(from, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>The items of a list of an object.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static IEnumerable<JsonElement> Items(JsonElement from, string name) =>
        Find(from, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : throw new FormatException($"\"{name}\" is missing or no list");

    /// <summary>A field of an object; null when there is none, or when it is no object.</summary>
    public static JsonElement? Find(JsonElement from, string name) => from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out JsonElement value) ? value : null;
}
