using System.Text.Json;
using Caisson.Oci.Model;

namespace Caisson.Oci.Images;

/// <summary>Tells manifests and indexes apart, and refuses a document that could be read as both.</summary>
/// <remarks>image-spec v1.1.1, manifest.md and image-index.md, "mediaType"; the ambiguity is CVE-2021-41190.</remarks>
public static class DocumentKind
{
    private const string DockerSchema1 = "application/vnd.docker.distribution.manifest.v1+";
    private const int MaxDepth = 32;

    /// <exception cref="InvalidImageException">The document says of itself that it is something else, or has the fields of two kinds.</exception>
    public static void Check(string mediaType, ReadOnlySpan<byte> content)
    {
        if (!MediaTypes.IsIndex(mediaType) && !MediaTypes.IsManifest(mediaType))
            return;
        Fields fields = Scan(content);
        if (fields.MediaType is not null && fields.MediaType != mediaType)
            throw new InvalidImageException($"a document served as \"{mediaType}\" calls itself \"{fields.MediaType}\"");
        if (MediaTypes.IsIndex(mediaType) ? fields.IsManifest : fields.IsIndex)
            throw new InvalidImageException($"a document served as \"{mediaType}\" has the fields of a manifest and of an index");
        if (fields.IsSchema1)
            throw new InvalidImageException("the image has a Docker schema 1 manifest, which is no longer read");
    }

    /// <summary>Whether a document is Docker's schema 1, by what it was served as or by its fields.</summary>
    /// <exception cref="InvalidImageException">It is no JSON object.</exception>
    public static bool IsSchema1(string? mediaType, ReadOnlySpan<byte> content) =>
        mediaType?.StartsWith(DockerSchema1, StringComparison.Ordinal) == true || Scan(content).IsSchema1;

    /// <summary>Refuses a document in which a name stands twice in one object: readers differ in which of the two they take.</summary>
    /// <exception cref="InvalidImageException">There is such a name. What is no JSON at all is for its reader to tell.</exception>
    public static void RefuseDuplicates(ReadOnlyMemory<byte> content)
    {
        if (!IsJson(content, allowsDuplicates: false) && IsJson(content, allowsDuplicates: true))
            throw new InvalidImageException("a manifest or configuration has a name twice in one object");
    }

    private static bool IsJson(ReadOnlyMemory<byte> content, bool allowsDuplicates)
    {
        try
        {
            JsonDocument.Parse(content, new JsonDocumentOptions { AllowDuplicateProperties = allowsDuplicates, MaxDepth = MaxDepth }).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The media type that a document gives itself, or that its fields give away; null when neither does.</summary>
    public static string? Of(ReadOnlySpan<byte> content)
    {
        Fields fields = Scan(content);
        if (fields.MediaType is not null)
            return fields.MediaType;
        return (fields.IsIndex, fields.IsManifest) switch
        {
            (true, false) => MediaTypes.OciIndex,
            (false, true) => MediaTypes.OciManifest,
            _ => null,
        };
    }

    private static Fields Scan(ReadOnlySpan<byte> content)
    {
        try
        {
            Utf8JsonReader reader = new(content, new JsonReaderOptions { MaxDepth = MaxDepth });
            return ReadFields(ref reader);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for text that is not UTF-8
        {
            throw new InvalidImageException($"a manifest is not valid JSON: {e.Message}", e);
        }
    }

    private static Fields ReadFields(ref Utf8JsonReader reader)
    {
        Fields fields = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new InvalidImageException("a manifest is not a JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString() ?? "";
            reader.Read();
            fields = name switch
            {
                "mediaType" when reader.TokenType == JsonTokenType.String => fields with { MediaType = reader.GetString() },
                "manifests" => fields with { IsIndex = true },
                "layers" or "config" => fields with { IsManifest = true },
                "fsLayers" => fields with { IsSchema1 = true },
                _ => fields,
            };
            reader.Skip();
        }
        return fields;
    }

    private readonly record struct Fields(string? MediaType, bool IsIndex, bool IsManifest, bool IsSchema1);
}
