using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using Caisson.Linux.Snapshots;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Reproducing;

/// <summary>Tells of names that differ what kind of difference it is, and what helps.</summary>
/// <param name="first">The files of the one build.</param>
/// <param name="second">The files of the other.</param>
/// <param name="surroundings">What was different around them.</param>
/// <param name="hide">A text without the secrets of the build; null when it has none.</param>
internal sealed class FileClassifier(IFileTree first, IFileTree second, (Surroundings First, Surroundings Second) surroundings, Func<string, string>? hide)
{
    // Of what is larger the part around the first difference says enough.
    private const int MaxBytes = 16 << 20;
    private const int PartBytes = 1 << 20;
    private const int BlockBytes = 64 << 10;

    private readonly ContentComparison _contents = new(surroundings.First, surroundings.Second) { Hide = hide };

    /// <summary>Tells it of the first of some names.</summary>
    /// <param name="pairs">The names.</param>
    /// <param name="most">Of how many at most.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>What was told, and how many names there are to tell of.</returns>
    public (ImmutableArray<FileDifference> Told, int Count) Tell(ImmutableArray<EntryPair> pairs, int most, CancellationToken ct)
    {
        EntryPair[] telling = [.. WithoutParents(Renamed([.. pairs.Select(Complete)]))];
        ImmutableArray<FileDifference>.Builder told = ImmutableArray.CreateBuilder<FileDifference>();
        foreach (EntryPair pair in telling.Take(most))
        {
            ct.ThrowIfCancellationRequested();
            told.Add(Tell(pair));
        }
        return (told.ToImmutable(), telling.Length);
    }

    // What a layer does not have may stand below it: the one build changed it, the other left it.
    private EntryPair Complete(EntryPair pair) => pair with { First = pair.First ?? first.Find(pair.Path), Second = pair.Second ?? second.Find(pair.Path) };

    // A directory that has another time because of what differs in it says nothing more.
    private static IEnumerable<EntryPair> WithoutParents(List<EntryPair> pairs)
    {
        for (int i = 0; i < pairs.Count; i++)
        {
            EntryPair pair = pairs[i];
            bool isParent = pair is { First: { IsDirectory: true } one, Second: { IsDirectory: true } other } && EntryDifferences.AreAlike(one, other) && pairs.Any(p => p != pair && EntryPath.IsWithin(p.Path, pair.Path));
            bool isBelowMissing = pairs.Any(p => p != pair && (p.First is null) != (p.Second is null) && (p.First ?? p.Second)!.IsDirectory && EntryPath.IsWithin(pair.Path, p.Path)); // one of the two is there
            if (!isParent && !isBelowMissing)
                yield return pair;
        }
    }

    // One name in the one build and another in the other, in one directory: the same thing under two names.
    private static List<EntryPair> Renamed(ImmutableArray<EntryPair> pairs)
    {
        List<EntryPair> all = [.. pairs];
        foreach (IGrouping<string, EntryPair> directory in pairs.Where(static p => p.First is null || p.Second is null).GroupBy(static p => EntryPath.Parent(p.Path), StringComparer.Ordinal))
        {
            EntryPair[] ones = [.. directory.Where(static p => p.Second is null)], others = [.. directory.Where(static p => p.First is null)];
            if (ones.Length != others.Length)
                continue;
            foreach ((EntryPair one, EntryPair other) in ones.Zip(others))
            {
                if (one.First!.Kind != other.Second!.Kind || one.First.Kind == EntryKind.Whiteout) // each has the one that it was chosen for
                    continue;
                all[all.IndexOf(one)] = new EntryPair(one.Path, one.First, other.Second);
                all.Remove(other);
            }
        }
        return all;
    }

    private FileDifference Tell(EntryPair pair)
    {
        ContentDifference told = pair switch
        {
            { First: { } one, Second: { } other } when one.Path != other.Path => TellNames(one.Path, other.Path),
            { First: { } one, Second: { } other } => TellEntries(one, other),
            _ => new ContentDifference(DifferenceKind.OnlyInOne, pair.First is null ? "the second build made it, the first did not" : "the first build made it, the second did not"),
        };
        KnownFile? known = KnownFiles.Find(pair.Path, HeadOf(pair));
        if (known is null)
            return new FileDifference(Shown(pair.Path), told.Kind, told.Detail, told.Cure ?? Cures.Of(told.Kind));
        DifferenceKind kind = told.Kind is DifferenceKind.Content or DifferenceKind.Random && known.Kind != DifferenceKind.Content ? known.Kind : told.Kind;
        return new FileDifference(Shown(pair.Path), kind, told.Detail.Length == 0 ? known.What : $"{known.What}: {told.Detail}", told.Cure ?? known.Cure);
    }

    private ContentDifference TellNames(string one, string other)
    {
        ContentDifference told = _contents.TellWords(EntryPath.Name(one), EntryPath.Name(other));
        return told with { Kind = told.Kind is DifferenceKind.Content or DifferenceKind.Order ? DifferenceKind.Random : told.Kind, Detail = $"its name, {told.Detail}" };
    }

    private ContentDifference TellEntries(FileEntry one, FileEntry other)
    {
        if (one.Kind == EntryKind.File && other.Kind == EntryKind.File && (one.Content is null || one.Content != other.Content) && TellContents(one, other) is { } content)
            return content;
        if (one.Kind == EntryKind.Whiteout || other.Kind == EntryKind.Whiteout)
            return new ContentDifference(DifferenceKind.OnlyInOne, one.Kind == EntryKind.Whiteout ? "the first build removed it, the second did not" : "the second build removed it, the first did not");
        if (one.Kind != other.Kind)
            return new ContentDifference(DifferenceKind.Content, string.Create(CultureInfo.InvariantCulture, $"a {one.Kind} in the one, a {other.Kind} in the other"));
        if (!EntryDifferences.HasSameOwner(one, other))
            return new ContentDifference(DifferenceKind.Owner, $"{EntryDifferences.OwnerOf(one)} and {EntryDifferences.OwnerOf(other)}") { Cure = Cures.Of(DifferenceKind.Owner) };
        if (one.LinkTarget != other.LinkTarget)
        {
            ContentDifference told = _contents.TellWords(one.LinkTarget ?? "", other.LinkTarget ?? "");
            return told with { Detail = $"where the link leads, {told.Detail}" };
        }
        if (!EntryDifferences.HasSameAttributes(one, other))
            return new ContentDifference(DifferenceKind.Content, "its extended attributes");
        return one.Modified != other.Modified
            ? new ContentDifference(DifferenceKind.TimeStamp, $"of the file, {Time(one)} and {Time(other)}") { Cure = "build without --timestamps=keep, or set the time in the step: touch -d @$SOURCE_DATE_EPOCH" }
            : new ContentDifference(DifferenceKind.Content, "");
    }

    private static string Time(FileEntry entry) => entry.Modified is { } time ? string.Create(CultureInfo.InvariantCulture, $"{time.ToDateTimeOffset().UtcDateTime:s}Z") : "the image's";

    // Null when there is none: of what stands in a lower layer the digest may not be known.
    private ContentDifference? TellContents(FileEntry one, FileEntry other)
    {
        if (FirstDifference(one.Path, other.Path) is not { } at)
            return null;
        bool isSmall = one.SizeBytes <= MaxBytes && other.SizeBytes <= MaxBytes;
        long from = isSmall ? 0 : Math.Max(0, at - (PartBytes / 2));
        int most = isSmall ? MaxBytes : PartBytes;
        return _contents.Tell(Read(first, one.Path, from, most), Read(second, other.Path, from, most));
    }

    private long? FirstDifference(string one, string other)
    {
        using SafeFileHandle left = first.Open(one), right = second.Open(other);
        byte[] leftBytes = ArrayPool<byte>.Shared.Rent(BlockBytes), rightBytes = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            for (long offset = 0; ; offset += BlockBytes)
            {
                int leftCount = RandomAccess.Read(left, leftBytes.AsSpan(0, BlockBytes), offset), rightCount = RandomAccess.Read(right, rightBytes.AsSpan(0, BlockBytes), offset);
                int same = leftBytes.AsSpan(0, leftCount).CommonPrefixLength(rightBytes.AsSpan(0, rightCount));
                if (same < leftCount || same < rightCount)
                    return offset + same;
                if (same < BlockBytes)
                    return null;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(leftBytes);
            ArrayPool<byte>.Shared.Return(rightBytes);
        }
    }

    private static byte[] Read(IFileTree tree, string path, long from, int most)
    {
        using SafeFileHandle file = tree.Open(path);
        byte[] bytes = new byte[Math.Max(0, Math.Min(most, RandomAccess.GetLength(file) - from))];
        int read = 0;
        while (read < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(read), from + read) is > 0 and int count)
            read += count;
        return bytes[..read];
    }

    private byte[] HeadOf(EntryPair pair) => pair switch
    {
        { First: { Kind: EntryKind.File } one } => Read(first, one.Path, 0, BlockBytes),
        { Second: { Kind: EntryKind.File } other } => Read(second, other.Path, 0, BlockBytes),
        _ => [],
    };

    private static string Shown(string path) => "/" + path;
}
