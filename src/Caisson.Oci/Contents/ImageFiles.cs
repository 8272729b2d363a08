using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Contents;

/// <summary>Some files of an image, as a container would see them: read from its layers, without unpacking or running anything.</summary>
/// <remarks>image-spec v1.1.1, layer.md, "Applying Changesets". Thread-safe.</remarks>
public sealed class ImageFiles
{
    private const int MaxLinks = 40;

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    private ImageFiles()
    {
    }

    /// <summary>The paths of what was read, without a leading slash, in ordinal order.</summary>
    public IEnumerable<string> Paths => _entries.Keys.Order(StringComparer.Ordinal);

    /// <summary>Reads the layers of an image through, and keeps the files and links that are wanted.</summary>
    /// <param name="image">The image.</param>
    /// <param name="isWanted">Says of a path, without a leading slash, whether it is.</param>
    /// <param name="maxFileBytes">Of a larger file that is wanted nothing is kept.</param>
    /// <param name="decoders">How compressed layers are opened.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="InvalidImageException">A layer is no archive that can be read.</exception>
    public static async Task<ImageFiles> ReadAsync(Image image, Func<string, bool> isWanted, int maxFileBytes, DecompressionOptions decoders, CancellationToken ct)
    {
        ImageFiles files = new();
        foreach (ImageLayer layer in image.Layers)
        {
            try
            {
                await files.ApplyAsync(layer, isWanted, maxFileBytes, decoders, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is TarException or InvalidDataException)
            {
                throw new InvalidImageException($"layer {layer.Blob.Digest} is no archive that can be read: {e.Message}", e);
            }
        }
        return files;
    }

    /// <summary>The content of a file; links are followed as far as they were kept. Null when there is none, or it was too large.</summary>
    public ReadOnlyMemory<byte>? Find(string path) => Resolve(path) is { } at && _entries.GetValueOrDefault(at)?.Content is { } content ? content : null;

    /// <summary>Where a path leads to when links are followed as far as they were kept; null when it leads round and round, or out of the image.</summary>
    public string? Resolve(string path)
    {
        List<string> done = [];
        Stack<string> left = new(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        int links = 0;
        while (left.TryPop(out string? part))
        {
            if (part == ".")
                continue;
            if (part == "..")
            {
                if (done.Count > 0)
                    done.RemoveAt(done.Count - 1);
                continue;
            }
            done.Add(part);
            if (_entries.GetValueOrDefault(string.Join('/', done))?.LinkTarget is not { } target)
                continue;
            if (++links > MaxLinks)
                return null;
            done.RemoveAt(done.Count - 1);
            if (target.StartsWith('/'))
                done.Clear();
            foreach (string next in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                left.Push(next);
        }
        return string.Join('/', done);
    }

    private async Task ApplyAsync(ImageLayer layer, Func<string, bool> isWanted, int maxFileBytes, DecompressionOptions decoders, CancellationToken ct)
    {
        Dictionary<string, Entry> added = new(StringComparer.Ordinal);
        Stream blob = await layer.OpenAsync(ct).ConfigureAwait(false);
        (Stream plain, _) = await Decompression.OpenDetectedAsync(blob, decoders, ct).ConfigureAwait(false);
        TarReader reader = new(plain, TarReaderOptions.Layer);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadNextAsync(ct).ConfigureAwait(false) is { } entry)
            {
                switch (Whiteouts.Parse(entry.Path, out string target))
                {
                    case WhiteoutKind.Removal:
                        Remove(target, withItself: true);
                        break;
                    case WhiteoutKind.Opaque:
                        Remove(target, withItself: false);
                        break;
                    case WhiteoutKind.None:
                        if (await TakeAsync(entry, reader.Content, added, isWanted, maxFileBytes, ct).ConfigureAwait(false) is { } taken)
                            added[entry.Path] = taken;
                        break;
                }
            }
        }
        // What a layer removes are things of lower layers only, wherever that stands in it.
        foreach ((string path, Entry entry) in added)
            _entries[path] = entry;
    }

    private async Task<Entry?> TakeAsync(TarEntry entry, Stream content, Dictionary<string, Entry> added, Func<string, bool> isWanted, int maxFileBytes, CancellationToken ct)
    {
        if (entry.Type != TarEntryType.Directory)
            Remove(entry.Path, withItself: true); // whatever takes a name takes it from what was there
        if (!isWanted(entry.Path))
            return null;
        switch (entry.Type)
        {
            case TarEntryType.SymbolicLink:
                return new Entry { LinkTarget = entry.LinkTarget };
            case TarEntryType.HardLink:
                return added.GetValueOrDefault(entry.LinkTarget) ?? _entries.GetValueOrDefault(entry.LinkTarget);
            case TarEntryType.File when entry.SizeBytes <= maxFileBytes:
                byte[] bytes = new byte[entry.SizeBytes];
                await content.ReadExactlyAsync(bytes, ct).ConfigureAwait(false);
                return new Entry { Content = bytes };
            default:
                return new Entry();
        }
    }

    private void Remove(string path, bool withItself)
    {
        if (withItself)
            _entries.Remove(path);
        string prefix = path.Length == 0 ? "" : path + "/";
        foreach (string below in _entries.Keys.Where(p => p.StartsWith(prefix, StringComparison.Ordinal)).ToImmutableArray())
            _entries.Remove(below);
    }

    private sealed record Entry
    {
        public byte[]? Content { get; init; }

        public string? LinkTarget { get; init; }
    }
}
