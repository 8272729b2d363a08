using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Contents;

/// <summary>Where the bytes of an image are, and which of them nobody sees.</summary>
public sealed class SpaceUse
{
    private readonly FileTree _tree;

    private SpaceUse(FileTree tree, ImmutableArray<LayerSpace> layers, ImmutableArray<WastedFile> wasted)
    {
        _tree = tree;
        Layers = layers;
        Wasted = wasted;
    }

    /// <summary>The layers, lowest first.</summary>
    public ImmutableArray<LayerSpace> Layers { get; }

    /// <summary>Files that a later layer replaced or deleted, largest first.</summary>
    public ImmutableArray<WastedFile> Wasted { get; }

    /// <summary>The bytes of the files that a container sees.</summary>
    public long VisibleBytes => Files().Sum(static f => f.Facts.SizeBytes);

    /// <summary>The bytes of the files that no container sees.</summary>
    public long WastedBytes => Wasted.Sum(static w => w.SizeBytes);

    /// <summary>Looks at all layers of an image.</summary>
    /// <exception cref="InvalidImageException">A layer is not what its digests say.</exception>
    public static async Task<SpaceUse> MeasureAsync(Image image, DecompressionOptions decoders, CancellationToken ct)
    {
        Hiding hiding = new();
        FileTree tree = new(hiding);
        ImmutableArray<LayerSpace>.Builder layers = ImmutableArray.CreateBuilder<LayerSpace>();
        string?[] instructions = InstructionsOf(image);
        for (int i = 0; i < image.Layers.Length; i++)
        {
            ImageLayer layer = image.Layers[i];
            LayerCount count = await LayerReading.ApplyAsync(layer, i, tree, decoders, ct).ConfigureAwait(false);
            layers.Add(new LayerSpace
            {
                Number = i + 1,
                Blob = layer.Blob,
                DiffId = layer.DiffId,
                UncompressedBytes = count.UncompressedBytes,
                Entries = count.Entries,
                FileBytes = count.FileBytes,
                CreatedBy = instructions[i],
            });
        }
        ImmutableArray<WastedFile> wasted = [.. hiding.Found.OrderByDescending(static w => w.SizeBytes).ThenBy(static w => w.Path, StringComparer.Ordinal).ThenBy(static w => w.WrittenBy)];
        ILookup<int, WastedFile> written = wasted.ToLookup(static w => w.WrittenBy);
        ILookup<int, WastedFile> hidden = wasted.ToLookup(static w => w.HiddenBy);
        return new SpaceUse(
            tree,
            [.. layers.Select(l => l with { HiddenLaterBytes = written[l.Number].Sum(static w => w.SizeBytes), HidesBytes = hidden[l.Number].Sum(static w => w.SizeBytes) })],
            wasted);
    }

    /// <summary>The directories down to a depth with all that is below them, largest first. A file with several names counts at its first.</summary>
    /// <param name="depth">1 for the directories of the root.</param>
    public ImmutableArray<DirectorySpace> Directories(int depth)
    {
        Dictionary<string, (long Bytes, int Files)> sums = new(StringComparer.Ordinal);
        foreach ((string path, FileFacts facts) in Files())
        {
            int end = 0;
            for (int level = 0; level < depth && (end = path.IndexOf('/', end)) >= 0; level++, end++)
            {
                (long bytes, int files) = sums.GetValueOrDefault(path[..end]);
                sums[path[..end]] = (bytes + facts.SizeBytes, files + 1);
            }
        }
        return [.. sums.Select(static s => new DirectorySpace(s.Key, s.Value.Bytes, s.Value.Files)).OrderByDescending(static d => d.SizeBytes).ThenBy(static d => d.Path, StringComparer.Ordinal)];
    }

    /// <summary>The largest files that a container sees, largest first.</summary>
    public ImmutableArray<(string Path, FileFacts Facts)> Largest(int count) =>
        [.. Files().OrderByDescending(static f => f.Facts.SizeBytes).ThenBy(static f => f.Path, StringComparer.Ordinal).Take(count)];

    private IEnumerable<(string Path, FileFacts Facts)> Files()
    {
        HashSet<FileFacts> seen = new(ReferenceEqualityComparer.Instance);
        foreach ((string path, FileNode node) in _tree.Walk())
        {
            if (node.Facts.Type == TarEntryType.File && seen.Add(node.Facts))
                yield return (path, node.Facts);
        }
    }

    // The history says which instruction made a layer, unless it tells of another number of them.
    private static string?[] InstructionsOf(Image image)
    {
        string?[] instructions = [.. (image.Config.History ?? []).Where(static h => h.EmptyLayer != true).Select(static h => h.CreatedBy)];
        return instructions.Length == image.Layers.Length ? instructions : new string?[image.Layers.Length];
    }

    private sealed class Hiding : IHiddenFiles
    {
        public List<WastedFile> Found { get; } = [];

        public void Hidden(string path, FileFacts hidden, int layer, FileFacts? by)
        {
            if (hidden.SizeBytes > 0)
                Found.Add(new WastedFile(path, hidden.SizeBytes, hidden.Layer + 1, layer + 1, HowBy(hidden, by)));
        }

        private static HidingKind HowBy(FileFacts hidden, FileFacts? by) =>
            by is null ? HidingKind.Deleted : by.Type == TarEntryType.File && by.HasContentOf(hidden) ? HidingKind.WrittenAgain : HidingKind.Replaced;
    }
}
