using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Oci.Json;
using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>The JSON of <see cref="SharedMount"/>.</summary>
internal static class SharedMountJson
{
    private const int MaxChanges = 100;

    /// <summary>Writes it.</summary>
    public static void Write(Utf8JsonWriter json, SharedMount mount)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, mount.Name.Value);
        json.WriteString("id"u8, mount.Id);
        json.WriteNumber("mode"u8, mount.Own.Mode);
        json.WriteNumber("uid"u8, mount.Own.Uid);
        json.WriteNumber("gid"u8, mount.Own.Gid);
        CacheDocumentJson.WriteBlob(json, "list"u8, mount.List);
        json.WriteStartArray("changes"u8);
        foreach (Descriptor change in mount.Changes)
            CacheDocumentJson.WriteBlob(json, change);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Reads it at its first token.</summary>
    public static SharedMount Read(ref Utf8JsonReader reader)
    {
        Digest? name = null;
        string? id = null;
        Descriptor? list = null;
        ImmutableArray<Descriptor> changes = [];
        long mode = 0, uid = 0, gid = 0;
        JsonFields.Enter(ref reader);
        while (JsonFields.Next(ref reader))
        {
            if (reader.ValueTextEquals("name"u8))
                name = JsonFields.Digest(ref reader);
            else if (reader.ValueTextEquals("id"u8))
                id = JsonFields.Text(ref reader);
            else if (reader.ValueTextEquals("mode"u8))
                mode = JsonFields.NumberOrNull(ref reader) ?? 0;
            else if (reader.ValueTextEquals("uid"u8))
                uid = JsonFields.NumberOrNull(ref reader) ?? 0;
            else if (reader.ValueTextEquals("gid"u8))
                gid = JsonFields.NumberOrNull(ref reader) ?? 0;
            else if (reader.ValueTextEquals("list"u8))
                list = CacheDocumentReader.ReadBlob(ref reader);
            else if (reader.ValueTextEquals("changes"u8))
                changes = CacheDocumentReader.ReadList(ref reader, CacheDocumentReader.ReadBlobHere, MaxChanges);
            else
                reader.Skip();
        }
        if (mode is < 0 or > 0xFFF || uid is < 0 or > uint.MaxValue || gid is < 0 or > uint.MaxValue)
            throw new JsonException("the owner or the mode of a cache mount is none");
        if (changes.IsEmpty)
            throw new JsonException("a cache mount has no archive");
        return new SharedMount(JsonFields.Required(name, "name"), JsonFields.Required(id, "id"))
        {
            List = JsonFields.Required(list, "list"),
            Changes = changes,
            Own = ((int)mode, (uint)uid, (uint)gid),
        };
    }
}
