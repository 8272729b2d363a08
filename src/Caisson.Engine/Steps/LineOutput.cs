using System.Text;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Steps;

/// <summary>Cuts what a program writes into lines, passes them on and remembers the last ones.</summary>
/// <param name="take">Takes each line, and whether it was written to standard error. Calls do not overlap.</param>
/// <param name="whole">Takes every byte as it was written, before it is cut; null when no one wants them. Calls for the two streams may overlap.</param>
internal sealed class LineOutput(Action<string, bool> take, BytesTaker? whole = null) : IProcessOutput
{
    /// <summary>How many of the last lines are remembered.</summary>
    public const int TailLines = 20;

    // The two streams are read as they come, not as they were written: what a program says of its failure may come before much that it wrote earlier.
    private const int ErrorLines = 5;

    // A longer line is cut, so that a program that never ends one cannot fill the memory.
    private const int MaxLineBytes = 16 << 10;

    private readonly Lock _taking = new();
    private readonly List<(string Line, bool IsError)> _tail = new(TailLines + 1);
    private readonly MemoryStream[] _partial = [new(), new()];

    /// <summary>The last lines, of both streams; the last few of standard error are always among them.</summary>
    public IReadOnlyList<string> Tail
    {
        get
        {
            lock (_taking)
                return [.. _tail.Select(static l => l.Line)];
        }
    }

    /// <inheritdoc/>
    public void Write(OutputStream stream, ReadOnlySpan<byte> bytes)
    {
        whole?.Invoke(bytes);
        MemoryStream partial = _partial[(int)stream];
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)'\n');
            ReadOnlySpan<byte> piece = bytes[..Math.Min(end < 0 ? bytes.Length : end, MaxLineBytes - (int)partial.Length)];
            partial.Write(piece);
            bool isWhole = end >= 0 && piece.Length == end;
            bytes = bytes[(piece.Length + (isWhole ? 1 : 0))..];
            if (isWhole || partial.Length == MaxLineBytes)
                Flush(stream);
        }
    }

    /// <summary>Passes on what stands at the end without an end of line.</summary>
    public void Complete()
    {
        foreach (OutputStream stream in (OutputStream[])[OutputStream.StandardOutput, OutputStream.StandardError])
        {
            if (_partial[(int)stream].Length > 0)
                Flush(stream);
        }
    }

    private void Flush(OutputStream stream)
    {
        MemoryStream partial = _partial[(int)stream];
        string line = Encoding.UTF8.GetString(partial.GetBuffer(), 0, (int)partial.Length).TrimEnd('\r');
        partial.SetLength(0);
        // A line that was written over itself shows what it came to.
        line = line[(line.LastIndexOf('\r') + 1)..];
        lock (_taking)
        {
            bool isError = stream == OutputStream.StandardError;
            _tail.Add((line, isError));
            if (_tail.Count > TailLines)
                _tail.RemoveAt(_tail.Count(static l => l.IsError) > ErrorLines ? 0 : _tail.FindIndex(static l => !l.IsError));
            take(line, isError);
        }
    }
}
