using System.Text;

namespace Caisson.Engine.Reproducing;

/// <summary>Finds the places where two contents differ.</summary>
internal static class Clusters
{
    private const int MaxClusters = 200;
    private const int MaxGap = 4;
    private const int MaxWord = 200;
    private const byte LineEnd = (byte)'\n';

    /// <summary>The first places, in order.</summary>
    public static List<Cluster> Find(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        List<Cluster> found = [];
        if (first.Count(LineEnd) is > 0 and var lines && second.Count(LineEnd) == lines && first.Length != second.Length)
            FindInLines(first, second, found);
        else
            FindIn(first, second, 0, 0, found);
        return found;
    }

    private static void FindInLines(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, List<Cluster> found)
    {
        int at = 0, other = 0;
        while (found.Count < MaxClusters && (at < first.Length || other < second.Length))
        {
            ReadOnlySpan<byte> line = LineAt(first, at), otherLine = LineAt(second, other);
            if (!line.SequenceEqual(otherLine))
                FindIn(line, otherLine, at, other, found);
            at = Math.Min(first.Length, at + line.Length + 1);
            other = Math.Min(second.Length, other + otherLine.Length + 1);
        }
    }

    private static ReadOnlySpan<byte> LineAt(ReadOnlySpan<byte> content, int start)
    {
        ReadOnlySpan<byte> rest = content[start..];
        int end = rest.IndexOf(LineEnd);
        return end < 0 ? rest : rest[..end];
    }

    // Where the lengths are the same, byte by byte; otherwise what is between the common beginning and the common end.
    private static void FindIn(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, int start, int otherStart, List<Cluster> found)
    {
        if (first.Length != second.Length)
        {
            int begin = first.CommonPrefixLength(second);
            int end = 0;
            while (end < Math.Min(first.Length, second.Length) - begin && first[^(end + 1)] == second[^(end + 1)])
                end++;
            found.Add(Expand(first, second, begin..(first.Length - end), begin..(second.Length - end), start, otherStart));
            return;
        }
        for (int i = 0; i < first.Length && found.Count < MaxClusters;)
        {
            int same = first[i..].CommonPrefixLength(second[i..]);
            i += same;
            if (i == first.Length)
                return;
            int last = i;
            for (int next = i; next < first.Length && next - last <= MaxGap; next++)
            {
                if (first[next] != second[next])
                    last = next;
            }
            Cluster cluster = Expand(first, second, i..(last + 1), i..(last + 1), start, otherStart);
            found.Add(cluster);
            i = Math.Max(last + 1, cluster.FirstOffset - start + cluster.First.Length);
        }
    }

    private static Cluster Expand(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Range range, Range otherRange, int start, int otherStart)
    {
        (int begin, int length) = range.GetOffsetAndLength(first.Length);
        (int otherBegin, int otherLength) = otherRange.GetOffsetAndLength(second.Length);
        int before = 0;
        while (before < MaxWord && begin - before > 0 && IsWord(first[begin - before - 1]) && otherBegin - before > 0 && second[otherBegin - before - 1] == first[begin - before - 1])
            before++;
        int end = begin + length, otherEnd = otherBegin + otherLength;
        for (int i = 0; i < MaxWord && end < first.Length && IsWord(first[end]) && otherEnd < second.Length && second[otherEnd] == first[end]; i++)
        {
            end++;
            otherEnd++;
        }
        return new Cluster(
            Encoding.Latin1.GetString(first[(begin - before)..end]),
            Encoding.Latin1.GetString(second[(otherBegin - before)..otherEnd]),
            start + begin - before,
            otherStart + otherBegin - before);
    }

    private static bool IsWord(byte c) => char.IsAsciiLetterOrDigit((char)c) || c is (byte)':' or (byte)'.' or (byte)'_' or (byte)'+' or (byte)'-' or (byte)'/' or (byte)'%' or (byte)'=' or (byte)'@';
}
