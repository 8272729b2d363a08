namespace Caisson.Cli.Images;

/// <summary>Lines of columns, each as wide as what stands in it; numbers stand to the right.</summary>
/// <param name="output">Where to.</param>
/// <param name="width">How long a line may be; null for any length.</param>
/// <param name="head">The heads; one that begins with <c>&gt;</c> is of a column of numbers. None at all for no head.</param>
internal sealed class Columns(TextWriter output, int? width, params string[] head)
{
    private const int Gap = 3;

    private readonly List<string[]> _rows = head.All(static h => h.TrimStart('>').Length == 0) ? [] : [[.. head.Select(static h => h.TrimStart('>'))]];

    /// <summary>Adds a line; as many cells as the head has.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes them.</summary>
    public void Write()
    {
        int[] widths = [.. head.Select((_, column) => _rows.Max(row => row[column].Length))];
        foreach (string[] row in _rows)
            output.WriteLine(Shown.Fit(string.Join(new string(' ', Gap), row.Select((cell, i) => head[i].StartsWith('>') ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd(), width));
    }
}
