namespace Caisson.Cli.Calls;

/// <summary>Lines of columns, each as wide as what stands in it.</summary>
internal sealed class TextTable(params string[] head)
{
    private const int Gap = 3;

    private readonly List<string[]> _rows = [head];

    /// <summary>Adds a line; as many cells as the head has.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes it, with an empty line behind it; nothing when it has only a head.</summary>
    public void WriteTo(TextWriter output)
    {
        if (_rows.Count == 1)
            return;
        int[] widths = [.. head.Select((_, column) => _rows.Max(row => row[column].Length) + Gap)];
        foreach (string[] row in _rows)
            output.WriteLine(string.Concat(row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        output.WriteLine();
    }
}
