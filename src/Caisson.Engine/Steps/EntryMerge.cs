using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Merges sequences of entries, each in the order of a list, into one. Where two have the same path the later sequence wins.</summary>
internal static class EntryMerge
{
    /// <exception cref="StepException">One sequence has a directory where another has something else.</exception>
    public static IEnumerable<FileEntry> Merge(IReadOnlyList<IEnumerable<FileEntry>> sequences)
    {
        List<IEnumerator<FileEntry>> open = [.. sequences.Select(static s => s.GetEnumerator())];
        try
        {
            PriorityQueue<int, string> heads = new(EntryPath.Order);
            for (int i = 0; i < open.Count; i++)
                Advance(i, open, heads);
            while (heads.TryDequeue(out int first, out string? path))
            {
                int winner = first;
                List<int> same = [first];
                while (heads.TryPeek(out int other, out string? otherPath) && otherPath == path)
                {
                    heads.Dequeue();
                    if (open[other].Current.IsDirectory != open[winner].Current.IsDirectory)
                        throw open[Math.Max(other, winner)].Current.IsDirectory ? StepException.NotADirectory("/" + path) : StepException.IsADirectory("/" + path);
                    winner = Math.Max(winner, other);
                    same.Add(other);
                }
                yield return open[winner].Current;
                foreach (int index in same)
                    Advance(index, open, heads);
            }
        }
        finally
        {
            open.ForEach(static e => e.Dispose());
        }
    }

    private static void Advance(int index, List<IEnumerator<FileEntry>> open, PriorityQueue<int, string> heads)
    {
        if (open[index].MoveNext())
            heads.Enqueue(index, open[index].Current.Path);
    }
}
