using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Caisson.Engine;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Daemon.EngineApi;

/// <summary>Images as the Engine API shows them.</summary>
/// <remarks>Sizes are those of the layers as they are stored, compressed.</remarks>
internal static class ImageJson
{
    // What clients expect to be there, whether an image sets it or not.
    private static readonly (string Name, JsonValueKind Kind)[] Expected =
    [
        ("Cmd", JsonValueKind.Null), ("Entrypoint", JsonValueKind.Null), ("Env", JsonValueKind.Null), ("Labels", JsonValueKind.Null), ("OnBuild", JsonValueKind.Null),
        ("User", JsonValueKind.String), ("Volumes", JsonValueKind.Null), ("WorkingDir", JsonValueKind.String),
    ];

    // Older clients read these.
    private static readonly string[] ExpectedByOld = ["AttachStderr", "AttachStdin", "AttachStdout", "OpenStdin", "StdinOnce", "Tty"];

    /// <summary>The image for this machine, or the first.</summary>
    public static Image Own(StoredImage image) => image.Images.FirstOrDefault(static i => BuildEngine.MachinePlatform.Accepts(i.Config.Platform)) ?? image.Images[0];

    /// <summary>What it takes.</summary>
    public static long SizeOf(StoredImage image) => Own(image).Layers.Sum(static l => l.Blob.Size);

    /// <summary>When it was made, in seconds since 1970.</summary>
    public static long CreatedOf(StoredImage image) => Own(image).Config.Created?.ToUnixTimeSeconds() ?? 0;

    /// <summary>A time as Go writes it.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture);

    /// <summary>The images of a list, each id once.</summary>
    public static void WriteSummaries(Utf8JsonWriter json, IEnumerable<StoredImage> images, int minor)
    {
        foreach (IGrouping<Digest, StoredImage> copies in images.GroupBy(static i => i.Id))
            WriteSummary(json, [.. copies], minor);
    }

    private static void WriteSummary(Utf8JsonWriter json, ImmutableArray<StoredImage> copies, int minor)
    {
        StoredImage image = copies[0];
        json.WriteStartObject();
        json.WriteNumber("Containers", -1);
        json.WriteNumber("Created", CreatedOf(image));
        json.WriteString("Id", image.Id.Value);
        WriteLabels(json, Own(image));
        json.WriteString("ParentId", "");
        WriteNames(json, copies, minor < 43);
        json.WriteNumber("SharedSize", -1);
        json.WriteNumber("Size", SizeOf(image));
        if (minor < 44)
            json.WriteNumber("VirtualSize", SizeOf(image));
        json.WriteEndObject();
    }

    /// <summary>All that is known of one.</summary>
    /// <param name="copies">The image, and the others of its id.</param>
    /// <param name="own">What of it is shown.</param>
    public static void WriteDetails(Utf8JsonWriter json, ImmutableArray<StoredImage> copies, Image own, int minor)
    {
        StoredImage image = copies[0];
        json.WriteStartObject();
        json.WriteString("Id", image.Id.Value);
        WriteNames(json, copies, isOld: false);
        json.WriteString("Parent", "");
        json.WriteString("Comment", own.Config.History is [.., { Comment: { } comment }] ? comment : "");
        json.WriteString("Created", Time(own.Config.Created ?? DateTimeOffset.UnixEpoch));
        json.WriteString("DockerVersion", "");
        json.WriteString("Author", own.Config.Author ?? "");
        WriteConfig(json, own, minor);
        json.WriteString("Architecture", own.Config.Architecture);
        if (own.Config.Variant is { } variant)
            json.WriteString("Variant", variant);
        json.WriteString("Os", own.Config.Os);
        long size = own.Layers.Sum(static l => l.Blob.Size);
        json.WriteNumber("Size", size);
        if (minor < 44)
            json.WriteNumber("VirtualSize", size);
        json.WriteStartObject("GraphDriver");
        json.WriteNull("Data");
        json.WriteString("Name", "caisson");
        json.WriteEndObject();
        json.WriteStartObject("RootFS");
        json.WriteString("Type", "layers");
        if (!own.Layers.IsEmpty)
        {
            json.WriteStartArray("Layers");
            foreach (ImageLayer layer in own.Layers)
                json.WriteStringValue(layer.DiffId.Value);
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.WriteStartObject("Metadata");
        json.WriteString("LastTagTime", "0001-01-01T00:00:00Z");
        json.WriteEndObject();
        if (minor >= 48)
            WriteDescriptor(json, image.Descriptor);
        json.WriteEndObject();
    }

    /// <summary>All names of copies of an image, sorted.</summary>
    public static Reference[] NamesOf(IEnumerable<StoredImage> copies) => [.. copies.SelectMany(static c => c.Names).OrderBy(static n => n.ToString(), StringComparer.Ordinal)];

    /// <summary>How it came to be, newest first.</summary>
    public static void WriteHistory(Utf8JsonWriter json, ImmutableArray<StoredImage> copies, Image own)
    {
        Reference[] names = NamesOf(copies);
        json.WriteStartArray();
        int layer = own.Layers.Length;
        bool isTop = true;
        foreach (HistoryEntry entry in (own.Config.History ?? []).Reverse())
        {
            bool hasLayer = entry.EmptyLayer != true && layer > 0;
            json.WriteStartObject();
            json.WriteString("Comment", entry.Comment ?? "");
            json.WriteNumber("Created", entry.Created?.ToUnixTimeSeconds() ?? 0);
            json.WriteString("CreatedBy", entry.CreatedBy ?? "");
            json.WriteString("Id", isTop ? copies[0].Id.Value : "<missing>");
            json.WriteNumber("Size", hasLayer ? own.Layers[--layer].Blob.Size : 0);
            if (isTop && names.Length > 0)
            {
                json.WriteStartArray("Tags");
                foreach (Reference name in names)
                    json.WriteStringValue(name.Familiar);
                json.WriteEndArray();
            }
            else
            {
                json.WriteNull("Tags");
            }
            json.WriteEndObject();
            isTop = false;
        }
        json.WriteEndArray();
    }

    private static void WriteNames(Utf8JsonWriter json, ImmutableArray<StoredImage> copies, bool isOld)
    {
        bool hasNone = isOld && copies.All(static c => c.Names.IsEmpty);
        // The first digest is that of the one that is asked for: who wants to know it takes that.
        WriteNames(json, "RepoDigests", copies.SelectMany(static c => c.Names.Select(n => n.WithoutTag().WithDigest(c.Descriptor.Digest))).Distinct(), hasNone ? "<none>@<none>" : null);
        WriteNames(json, "RepoTags", NamesOf(copies).Where(static n => n.Tag is not null).Select(static n => n.WithoutDigest()).Distinct(), hasNone ? "<none>:<none>" : null);
    }

    private static void WriteNames(Utf8JsonWriter json, string field, IEnumerable<Reference> names, string? instead)
    {
        json.WriteStartArray(field);
        foreach (Reference name in names)
            json.WriteStringValue(name.Familiar);
        if (instead is not null)
            json.WriteStringValue(instead);
        json.WriteEndArray();
    }

    private static void WriteLabels(Utf8JsonWriter json, Image own)
    {
        if (own.Config.Config.Labels is not { Count: > 0 } labels)
        {
            json.WriteNull("Labels");
            return;
        }
        json.WriteStartObject("Labels");
        foreach ((string name, string value) in labels)
            json.WriteString(name, value);
        json.WriteEndObject();
    }

    // As it stands in the image, for what it has of fields that nobody here knows.
    private static void WriteConfig(Utf8JsonWriter json, Image own, int minor)
    {
        json.WriteStartObject("Config");
        using JsonDocument document = JsonDocument.Parse(own.ConfigBytes);
        HashSet<string> written = new(StringComparer.Ordinal);
        if (document.RootElement.TryGetProperty("config", out JsonElement config) && config.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty field in config.EnumerateObject())
            {
                if (written.Add(field.Name))
                    field.WriteTo(json);
            }
        }
        foreach ((string name, JsonValueKind kind) in Expected)
        {
            if (!written.Add(name))
                continue;
            if (kind == JsonValueKind.String)
                json.WriteString(name, "");
            else
                json.WriteNull(name);
        }
        foreach (string name in minor < 50 ? ExpectedByOld : [])
        {
            if (written.Add(name))
                json.WriteBoolean(name, false);
        }
        json.WriteEndObject();
    }

    private static void WriteDescriptor(Utf8JsonWriter json, Descriptor descriptor)
    {
        json.WriteStartObject("Descriptor");
        json.WriteString("mediaType", descriptor.MediaType);
        json.WriteString("digest", descriptor.Digest.Value);
        json.WriteNumber("size", descriptor.Size);
        json.WriteEndObject();
    }
}
