using System.Globalization;
using System.Text;

namespace Caisson.Engine.Reproducing;

/// <summary>Tells what kind of difference there is between two contents, by their bytes.</summary>
/// <param name="first">The build that the one is of.</param>
/// <param name="second">The build that the other is of.</param>
internal sealed class ContentComparison(Surroundings first, Surroundings second)
{
    private const int MaxShown = 48;
    private const int LeastForBytes = 32; // shorter ones have the same bytes by chance
    private const int LongText = 2000;
    private const int AroundBytes = 8;
    private const int MaxDepth = 3;
    private const int MaxParts = 1_000_000;

    private readonly TimeSigns _times = new(first, second);

    /// <summary>A text without the secrets of the build; null when it has none.</summary>
    public Func<string, string>? Hide { get; init; }

    /// <summary>Tells it.</summary>
    /// <param name="one">The content in the one build.</param>
    /// <param name="other">The content in the other; another one.</param>
    /// <param name="depth">In how many archives they are: in an archive of archives of archives nobody looks further.</param>
    public ContentDifference Tell(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other, int depth = 0) =>
        (depth < MaxDepth ? ArchiveComparison.TryTell(one, other, new ArchiveComparison.Inner(this, depth + 1)) : null) ?? TellBytes(one.Span, other.Span);

    /// <summary>Tells it of two words, such as names of files.</summary>
    public ContentDifference TellWords(string one, string other) => TellBytes(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));

    // Nothing is shown of what holds a secret: a part of it might be beside what differs.
    private ContentDifference TellBytes(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        ContentDifference told = TellAll(one, other);
        return told.Detail.Length > 0 && Hide is not null && (HasSecret(one) || HasSecret(other)) ? told with { Detail = "beside a secret" } : told;
    }

    private bool HasSecret(ReadOnlySpan<byte> content) => Encoding.Latin1.GetString(content) is var text && Hide?.Invoke(text) != text;

    private ContentDifference TellAll(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        List<Cluster> clusters = Clusters.Find(one, other);
        if (Replaced(other, second.HostName, first.HostName).AsSpan().SequenceEqual(one))
            return new ContentDifference(DifferenceKind.HostName, Shown(first.HostName, second.HostName));
        if (Replaced(other, second.StorePath, first.StorePath).AsSpan().SequenceEqual(one))
            return new ContentDifference(DifferenceKind.EmbeddedPath, "the path of the store");
        if (OrderOf(one, other) is { } order)
            return new ContentDifference(DifferenceKind.Order, order);
        DifferenceKind[] kinds = [.. clusters.Select(_ => DifferenceKind.Content)];
        for (int i = 0; i < kinds.Length; i++)
            kinds[i] = KindOf(clusters[i], one, other);
        // What is known goes before what could be anything: whoever cures it sees the rest.
        DifferenceKind kind = kinds.GroupBy(static k => k).OrderBy(static g => g.Key is DifferenceKind.Content ? 2 : g.Key is DifferenceKind.Random ? 1 : 0).ThenByDescending(static g => g.Count()).ThenBy(static g => g.Key).First().Key;
        return new ContentDifference(kind, Shown(clusters[Array.IndexOf(kinds, kind)]));
    }

    private DifferenceKind KindOf(Cluster cluster, ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        (string left, string right) = (cluster.First, cluster.Second);
        if (left.Contains(first.HostName, StringComparison.Ordinal) && right.Contains(second.HostName, StringComparison.Ordinal))
            return DifferenceKind.HostName;
        if (left.Contains(first.StorePath, StringComparison.Ordinal) && right.Contains(second.StorePath, StringComparison.Ordinal))
            return DifferenceKind.EmbeddedPath;
        int same = left.AsSpan().CommonPrefixLength(right);
        int at = cluster.FirstOffset + same;
        if ((!cluster.IsText || !IsTextAround(one, at)) && _times.AreBinaryTimes(one, other, at, cluster.SecondOffset + same))
            return DifferenceKind.TimeStamp;
        if (!cluster.IsText)
            return DifferenceKind.Random;
        if (_times.AreTimes(left, right))
            return DifferenceKind.TimeStamp;
        if (HasPath(left) && HasPath(right))
            return DifferenceKind.EmbeddedPath;
        if (first.Processors != second.Processors && left.Trim() == Number(first.Processors) && right.Trim() == Number(second.Processors))
            return DifferenceKind.Parallelism;
        return IsRandom(left) && IsRandom(right) ? DifferenceKind.Random : DifferenceKind.Content;
    }

    // A byte that is a letter by chance stands among others that are not.
    private static bool IsTextAround(ReadOnlySpan<byte> content, int at)
    {
        int from = Math.Max(0, at - AroundBytes);
        return content[from..Math.Min(content.Length, at + AroundBytes)].IndexOfAnyExceptInRange((byte)'\t', (byte)'~') < 0;
    }

    // A slash at the beginning of a word, a name behind it and one more slash: no fraction, no date, no ids side by side.
    private static bool HasPath(string text)
    {
        for (int slash = text.IndexOf('/', StringComparison.Ordinal); slash >= 0 && slash + 1 < text.Length; slash = text.IndexOf('/', slash + 1))
        {
            bool begins = slash == 0 || !(char.IsAsciiLetterOrDigit(text[slash - 1]) || text[slash - 1] is '-' or '_' or '.');
            if (begins && (char.IsAsciiLetter(text[slash + 1]) || text[slash + 1] is '.' or '_') && text.LastIndexOf('/') > slash)
                return true;
        }
        return false;
    }

    // One word that is no word of a language: a number, or letters and digits in a mixture.
    private static bool IsRandom(string text)
    {
        string word = text.Trim();
        return word.Length > 0 && !word.Any(char.IsWhiteSpace) && (word.Any(char.IsAsciiDigit) || (word.Length >= 6 && word.Any(char.IsAsciiLetterUpper) && word.Any(char.IsAsciiLetterLower)));
    }

    // Null when it is not the same in another order.
    private static string? OrderOf(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        foreach ((byte separator, string what) in ((byte, string)[])[((byte)'\n', "lines"), ((byte)' ', "words"), (0, "entries"), ((byte)',', "items"), ((byte)':', "items")])
        {
            if (one.Count(separator) > 0 && HasSameParts(one, other, separator))
                return $"the same {what} in another order";
        }
        return one.Length >= LeastForBytes && one.Length == other.Length && HasSameBytes(one, other) ? "the same bytes in another order" : null;
    }

    private static bool HasSameParts(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, byte separator)
    {
        if (Math.Abs(one.Length - other.Length) > 1 || one.Count(separator) > MaxParts || other.Count(separator) > MaxParts) // the last may have no separator behind it
            return false;
        List<string> left = PartsOf(one, separator), right = PartsOf(other, separator);
        left.Sort(string.CompareOrdinal);
        right.Sort(string.CompareOrdinal);
        return left.SequenceEqual(right);
    }

    private static List<string> PartsOf(ReadOnlySpan<byte> content, byte separator)
    {
        List<string> parts = [];
        foreach (Range part in content.Split(separator))
        {
            string text = Encoding.Latin1.GetString(content[part]).TrimEnd('\n');
            if (text.Length > 0)
                parts.Add(text);
        }
        return parts;
    }

    private static bool HasSameBytes(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        foreach (byte value in one)
            counts[value]++;
        foreach (byte value in other)
            counts[value]--;
        return counts.IndexOfAnyExcept(0) < 0;
    }

    private static byte[] Replaced(ReadOnlySpan<byte> content, string from, string to)
    {
        if (from == to || from.Length == 0 || content.IndexOf(Encoding.UTF8.GetBytes(from)) < 0)
            return [];
        return Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(content).Replace(Latin(from), Latin(to), StringComparison.Ordinal));
    }

    private static string Latin(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Shown(Cluster cluster) => cluster.IsText && cluster.First.Length + cluster.Second.Length < LongText
        ? Shown(cluster.First, cluster.Second)
        : string.Create(CultureInfo.InvariantCulture, $"from byte {cluster.FirstOffset + cluster.First.AsSpan().CommonPrefixLength(cluster.Second)} on");

    private static string Shown(string one, string other) => $"\"{Short(one)}\" and \"{Short(other)}\"";

    private static string Short(string text)
    {
        string plain = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text)).Trim().ReplaceLineEndings(" ");
        return plain.Length <= MaxShown ? plain : plain[..MaxShown] + "…";
    }
}
