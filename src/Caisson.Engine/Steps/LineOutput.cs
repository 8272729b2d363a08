using System.Buffers;
using System.Text;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Steps;

/// <summary>Cuts what a program writes into lines, passes them on and remembers the last ones.</summary>
/// <param name="take">
/// Takes each line as it was written, with its end, which is added where the last one has none, and whether it was written to standard error.
/// A part of a line that is too long has no end. Calls do not overlap.
/// </param>
/// <param name="whole">Takes every byte as it was written, before it is cut; null when no one wants them. Calls for the two streams may overlap.</param>
internal sealed class LineOutput(Action<string, bool> take, BytesTaker? whole = null) : IProcessOutput
{
    /// <summary>How many of the last lines are remembered.</summary>
    public const int TailLines = 20;

    // The two streams are read as they come, not as they were written: what a program says of its failure may come before much that it wrote earlier.
    private const int ErrorLines = 5;

    // A longer line goes on in parts, so that a program that never ends one cannot fill the memory.
    private const int MaxLineBytes = 16 << 10;

    private readonly Lock _taking = new();
    private readonly List<(string Line, bool IsError)> _tail = new(TailLines + 1);
    private readonly MemoryStream[] _partial = [new(), new()];

    /// <summary>The last lines as they are shown, of both streams; the last few of standard error are always among them.</summary>
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
            ReadOnlySpan<byte> piece = bytes[..Math.Min(end < 0 ? bytes.Length : end + 1, MaxLineBytes - (int)partial.Length)];
            partial.Write(piece);
            bytes = bytes[piece.Length..];
            if (piece[^1] == (byte)'\n')
                Flush(stream, (int)partial.Length);
            else if (partial.Length == MaxLineBytes)
                Flush(stream, WholeCharacters(partial.GetBuffer().AsSpan(0, MaxLineBytes)));
        }
    }

    /// <summary>Passes on what stands at the end without an end of line.</summary>
    public void Complete()
    {
        foreach (OutputStream stream in (OutputStream[])[OutputStream.StandardOutput, OutputStream.StandardError])
        {
            if (_partial[(int)stream] is not { Length: > 0 } partial)
                continue;
            partial.WriteByte((byte)'\n');
            Flush(stream, (int)partial.Length);
        }
    }

    /// <summary>What a line comes to where it is shown: without its end, and without what it was written over.</summary>
    public static string Shown(string text)
    {
        string line = text.TrimEnd('\n').TrimEnd('\r');
        return line[(line.LastIndexOf('\r') + 1)..];
    }

    private void Flush(OutputStream stream, int count)
    {
        MemoryStream partial = _partial[(int)stream];
        Span<byte> all = partial.GetBuffer().AsSpan(0, (int)partial.Length);
        string text = Encoding.UTF8.GetString(all[..count]);
        all[count..].CopyTo(all);
        partial.SetLength(all.Length - count);
        partial.Position = partial.Length;
        lock (_taking)
        {
            bool isError = stream == OutputStream.StandardError;
            _tail.Add((Shown(text), isError));
            if (_tail.Count > TailLines)
                _tail.RemoveAt(_tail.Count(static l => l.IsError) > ErrorLines ? 0 : _tail.FindIndex(static l => !l.IsError));
            take(text, isError);
        }
    }

    // How many of the bytes are whole characters of UTF-8: up to three may be the beginning of one.
    private static int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        for (int i = 1; i <= 3; i++)
        {
            if (Rune.DecodeFromUtf8(bytes[^i..], out _, out _) == OperationStatus.NeedMoreData)
                return bytes.Length - i;
        }
        return bytes.Length;
    }
}
