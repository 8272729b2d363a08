using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Evidence.Report;

/// <summary>Finds out which layer of an image brought which package. Layers are read from end to end once, and nothing is unpacked.</summary>
/// <param name="decoders">How compressed layers are opened.</param>
/// <param name="isHere">Whether a layer can be read without asking the network.</param>
public sealed class LayerPackagesReader(DecompressionOptions decoders, Func<Descriptor, bool> isHere)
{
    private const long MaxEntries = 4_000_000;

    /// <summary>Reads the layers of an image.</summary>
    /// <returns>One for each layer that changed something.</returns>
    public async Task<ImmutableArray<LayerPackages>> ReadAsync(Image image, CancellationToken ct)
    {
        ImmutableArray<LayerPackages>.Builder changes = ImmutableArray.CreateBuilder<LayerPackages>();
        SortedDictionary<string, (string Version, string Architecture)> below = new(StringComparer.Ordinal);
        bool isUnknown = false;
        for (int i = 0; i < image.Layers.Length; i++)
        {
            SortedDictionary<string, (string Version, string Architecture)>? now = isHere(image.Layers[i].Blob) ? await ReadAsync(image.Layers[i], below, ct).ConfigureAwait(false) : null;
            isUnknown |= !isHere(image.Layers[i].Blob);
            if (now is null)
                continue;
            LayerPackages change = new(image, i)
            {
                Installed = [.. now.Where(p => !below.TryGetValue(p.Key, out (string Version, string) old) || old.Version != p.Value.Version).Select(p => new InstalledPackage(NameOf(p.Key), p.Value.Version, p.Value.Architecture, below.TryGetValue(p.Key, out (string Version, string) old) ? old.Version : null))],
                Removed = [.. below.Keys.Where(p => !now.ContainsKey(p)).Select(NameOf)],
                IncludesBelow = isUnknown,
            };
            if (!change.Installed.IsEmpty || !change.Removed.IsEmpty)
                changes.Add(change);
            below = now;
            isUnknown = false;
        }
        return changes.ToImmutable();
    }

    // Null when the layer has no such file.
    private async Task<SortedDictionary<string, (string Version, string Architecture)>?> ReadAsync(ImageLayer layer, SortedDictionary<string, (string Version, string Architecture)> below, CancellationToken ct)
    {
        SortedDictionary<string, (string Version, string Architecture)>? now = null;
        try
        {
            Stream blob = await layer.OpenAsync(ct).ConfigureAwait(false);
            (Stream plain, _) = await Decompression.OpenDetectedAsync(blob, decoders, ct).ConfigureAwait(false);
            TarReader reader = new(plain, TarReaderOptions.Layer with { MaxEntries = MaxEntries });
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadNextAsync(ct).ConfigureAwait(false) is { } entry)
                {
                    if (entry.Type != TarEntryType.File || !PackageDatabase.IsOne(entry.Path) || entry.SizeBytes > PackageDatabase.MaxBytes)
                        continue;
                    byte[] content = new byte[entry.SizeBytes];
                    await reader.Content.ReadExactlyAsync(content, ct).ConfigureAwait(false);
                    // One that lists all stands for all; of single ones those below stay.
                    now ??= new(PackageDatabase.IsPart(entry.Path) ? below : [], StringComparer.Ordinal);
                    foreach ((string name, string version, string architecture) in PackageDatabase.Read(entry.Path, content))
                        now[$"{name}\n{architecture}"] = (version, architecture);
                }
            }
        }
        catch (Exception e) when (e is TarException or InvalidDataException or InvalidImageException or BlobNotFoundException or NotSupportedException)
        {
            return null; // the image is as good as it is; the report says what it can
        }
        return now;
    }

    private static string NameOf(string key) => key[..key.IndexOf('\n', StringComparison.Ordinal)];
}
