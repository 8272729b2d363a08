using System.Collections.Concurrent;
using System.Collections.Immutable;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Reproducing;

/// <summary>Compares what a step came to in two builds, by the lists of its layers: as an image would have them.</summary>
/// <param name="first">The one build.</param>
/// <param name="second">The other.</param>
/// <param name="form">The times that files carry in the image.</param>
internal sealed class LayerComparison(BuiltOnce first, BuiltOnce second, BlobForm form)
{
    private const int MaxEntries = 5000;

    private readonly ConcurrentDictionary<Digest, Lazy<Task<LayerDifference?>>> _known = new();

    /// <summary>How the layers of a step differ; null when they do not.</summary>
    public Task<LayerDifference?> CompareAsync(Node step, CancellationToken ct) => _known.GetOrAdd(step.Digest, _ => new(() => CompareOnceAsync(step, ct))).Value;

    private async Task<LayerDifference?> CompareOnceAsync(Node step, CancellationToken ct)
    {
        if (first.Steps.Find(step) is not { Layers: [.., var top] } one || second.Steps.Find(step) is not { Layers: [.., var otherTop] } other)
            return null;
        if (top.Id == otherTop.Id && !top.Id.IsWritten)
            return null;
        using FileList left = await first.Forms.OpenListAsync(one, one.Layers.Length - 1, ct).ConfigureAwait(false);
        using FileList right = await second.Forms.OpenListAsync(other, other.Layers.Length - 1, ct).ConfigureAwait(false);
        return left.Identity == right.Identity ? null : Compare(step, left, right);
    }

    private LayerDifference? Compare(Node step, FileList left, FileList right)
    {
        ImmutableArray<EntryPair>.Builder pairs = ImmutableArray.CreateBuilder<EntryPair>();
        int count = 0;
        using IEnumerator<FileEntry> one = left.Entries().Where(static e => !e.IsImplied).GetEnumerator();
        using IEnumerator<FileEntry> other = right.Entries().Where(static e => !e.IsImplied).GetEnumerator();
        bool hasOne = one.MoveNext(), hasOther = other.MoveNext();
        while (hasOne || hasOther)
        {
            int order = !hasOne ? 1 : !hasOther ? -1 : EntryPath.Compare(one.Current.Path, other.Current.Path);
            if ((order != 0 || !IsSame(one.Current, other.Current)) && count++ < MaxEntries)
                pairs.Add(new EntryPair(order > 0 ? other.Current.Path : one.Current.Path, order > 0 ? null : one.Current, order < 0 ? null : other.Current));
            if (order <= 0)
                hasOne = one.MoveNext();
            if (order >= 0)
                hasOther = other.MoveNext();
        }
        return count == 0 ? null : new LayerDifference(step, pairs.ToImmutable(), count);
    }

    private bool IsSame(FileEntry one, FileEntry other) =>
        one.Kind == other.Kind
        && one.Content == other.Content
        && one.SizeBytes == other.SizeBytes
        && EntryDifferences.AreAlike(one, other)
        && (one.Kind == EntryKind.Whiteout || form.TimeOf(one.Modified) == form.TimeOf(other.Modified));
}
