using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Contents;

/// <summary>What is different between two images.</summary>
/// <param name="Fields">Of manifest and configuration.</param>
/// <param name="Layers">All layers of both, each with its like, lowest first.</param>
/// <param name="Files">The names that differ; default when they were not compared.</param>
public sealed record ImageDifference(ImmutableArray<FieldChange> Fields, ImmutableArray<LayerPair> Layers, ImmutableArray<FileChange> Files)
{
    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => Fields.IsDefaultOrEmpty && Files.IsDefaultOrEmpty && (Layers.IsDefault || Layers.All(static l => l is { Old: not null, New: not null }));

    /// <summary>Compares two images.</summary>
    /// <param name="old">The first.</param>
    /// <param name="new">The second.</param>
    /// <param name="scope">What is compared.</param>
    /// <param name="decoders">How compressed layers are opened.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Model.InvalidImageException">A layer is not what its digests say.</exception>
    public static async Task<ImageDifference> FindAsync(Image old, Image @new, ComparisonScope scope, DecompressionOptions decoders, CancellationToken ct)
    {
        ImmutableArray<FieldChange> fields = scope.Config ? FieldComparison.Compare(old, @new) : default;
        ImmutableArray<LayerPair> layers = scope.Layers ? Pair(old.Layers, @new.Layers) : default;
        ImmutableArray<FileChange> files = scope.Files ? await new FileComparison(decoders, scope.Ignored).CompareAsync(old, @new, ct).ConfigureAwait(false) : default;
        return new ImageDifference(fields, layers, files);
    }

    // The longest common subsequence of the diff IDs.
    private static ImmutableArray<LayerPair> Pair(ImmutableArray<ImageLayer> old, ImmutableArray<ImageLayer> @new)
    {
        int[,] longest = new int[old.Length + 1, @new.Length + 1];
        for (int i = old.Length - 1; i >= 0; i--)
        {
            for (int j = @new.Length - 1; j >= 0; j--)
                longest[i, j] = old[i].DiffId == @new[j].DiffId ? longest[i + 1, j + 1] + 1 : Math.Max(longest[i + 1, j], longest[i, j + 1]);
        }
        ImmutableArray<LayerPair>.Builder pairs = ImmutableArray.CreateBuilder<LayerPair>();
        for (int i = 0, j = 0; i < old.Length || j < @new.Length;)
        {
            if (i < old.Length && j < @new.Length && old[i].DiffId == @new[j].DiffId)
                pairs.Add(new LayerPair(old[i++], @new[j++]));
            else if (i < old.Length && (j == @new.Length || longest[i + 1, j] >= longest[i, j + 1]))
                pairs.Add(new LayerPair(old[i++], null));
            else
                pairs.Add(new LayerPair(null, @new[j++]));
        }
        return pairs.ToImmutable();
    }
}
