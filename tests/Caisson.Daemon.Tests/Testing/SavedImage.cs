using System.IO.Compression;
using System.Text.Json;
using Caisson.Oci.Tar;

namespace Caisson.Daemon.Tests.Testing;

/// <summary>What <c>docker save</c> wrote.</summary>
internal static class SavedImage
{
    /// <summary>The files of an archive, by path.</summary>
    public static async Task<Dictionary<string, byte[]>> ReadAsync(byte[] archive)
    {
        Dictionary<string, byte[]> files = [];
        await using TarReader reader = new(new MemoryStream(archive));
        while (await reader.ReadNextAsync() is { } entry)
        {
            using MemoryStream content = new();
            await reader.Content.CopyToAsync(content);
            if (entry.Type == TarEntryType.File)
                files[entry.Path] = content.ToArray();
        }
        return files;
    }

    /// <summary>The names of its images.</summary>
    public static async Task<string[]> NamesAsync(byte[] archive) =>
        [.. JsonDocument.Parse((await ReadAsync(archive))["manifest.json"]).RootElement.EnumerateArray().SelectMany(static i => i.GetProperty("RepoTags").EnumerateArray()).Select(static n => n.GetString()!).Order(StringComparer.Ordinal)];

    /// <summary>How many files the layers of its only image have.</summary>
    public static async Task<int> CountFilesAsync(byte[] archive) => (await ReadLayersAsync(archive)).Count(static e => e.Type == TarEntryType.File);

    /// <summary>What the layers of its only image hold.</summary>
    public static async Task<TarEntry[]> ReadLayersAsync(byte[] archive)
    {
        Dictionary<string, byte[]> files = await ReadAsync(archive);
        List<TarEntry> entries = [];
        foreach (JsonElement layer in JsonDocument.Parse(files["manifest.json"]).RootElement[0].GetProperty("Layers").EnumerateArray())
        {
            await using GZipStream tar = new(new MemoryStream(files[layer.GetString()!]), CompressionMode.Decompress);
            await using TarReader reader = new(tar);
            while (await reader.ReadNextAsync() is { } entry)
                entries.Add(entry);
        }
        return [.. entries];
    }
}
