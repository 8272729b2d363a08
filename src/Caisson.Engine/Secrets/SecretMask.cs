using System.Runtime.InteropServices;
using System.Text;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Secrets;

/// <summary>Puts stars in the place of secrets that a program writes, also where a write ends within one.</summary>
/// <remarks>
/// A secret of several lines is looked for line by line. What is shorter than <see cref="MinBytes"/> is not looked for: it would be found in nearly everything. Only what
/// might be the beginning of a secret is held back, so that all else is shown at once.
/// </remarks>
internal sealed class SecretMask : IProcessOutput
{
    /// <summary>The fewest bytes of a line that is masked.</summary>
    public const int MinBytes = sizeof(uint);

    private readonly IProcessOutput _inner;

    // By their first bytes; of each group the longest first.
    private readonly Dictionary<uint, byte[][]> _secrets;
    private readonly byte[][] _held = [[], []];

    private SecretMask(IProcessOutput inner, Dictionary<uint, byte[][]> secrets)
    {
        _inner = inner;
        _secrets = secrets;
    }

    private static ReadOnlySpan<byte> Stars => "***"u8;

    /// <summary>The output with every secret masked that a build has read so far; the output itself when there is none.</summary>
    public static IProcessOutput Over(IProcessOutput inner, SecretStore secrets)
    {
        Dictionary<uint, byte[][]> lines = LinesOf(secrets.ReadSoFar);
        return lines.Count == 0 ? inner : new SecretMask(inner, lines);
    }

    /// <summary>A text with every secret masked that a build has read so far.</summary>
    public static string Hide(string text, SecretStore secrets)
    {
        Dictionary<uint, byte[][]> lines = LinesOf(secrets.ReadSoFar);
        foreach (byte[] secret in lines.Values.SelectMany(static l => l))
            text = text.Replace(Encoding.Latin1.GetString(secret), "***", StringComparison.Ordinal);
        return text;
    }

    /// <inheritdoc/>
    public void Write(OutputStream stream, ReadOnlySpan<byte> bytes) => Write(stream, bytes, isLast: false);

    /// <summary>Passes on what was held back: the program has ended.</summary>
    public void Complete()
    {
        Write(OutputStream.StandardOutput, [], isLast: true);
        Write(OutputStream.StandardError, [], isLast: true);
    }

    private void Write(OutputStream stream, ReadOnlySpan<byte> bytes, bool isLast)
    {
        byte[] text = [.. _held[(int)stream], .. bytes];
        int shown = 0;
        int at = 0;
        while (at < text.Length)
        {
            int length = FindAt(text.AsSpan(at), out bool mayGoOn);
            if (mayGoOn && !isLast)
                break; // the next write tells
            if (length == 0)
            {
                at++;
                continue;
            }
            Show(stream, text.AsSpan(shown, at - shown));
            Show(stream, Stars);
            shown = at += length;
        }
        Show(stream, text.AsSpan(shown, at - shown));
        _held[(int)stream] = text[at..];
    }

    private void Show(OutputStream stream, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
            _inner.Write(stream, bytes);
    }

    // The length of the secret that a text begins with, or 0; and whether it would be the beginning of a longer one, if more came.
    private int FindAt(ReadOnlySpan<byte> text, out bool mayGoOn)
    {
        mayGoOn = false;
        if (text.Length < MinBytes)
        {
            foreach (byte[][] group in _secrets.Values)
                mayGoOn |= group[0].AsSpan().StartsWith(text);
            return 0;
        }
        if (!_secrets.TryGetValue(MemoryMarshal.Read<uint>(text), out byte[][]? alike))
            return 0;
        foreach (byte[] secret in alike)
        {
            if (text.StartsWith(secret))
                return secret.Length;
            mayGoOn |= text.Length < secret.Length && secret.AsSpan().StartsWith(text);
        }
        return 0;
    }

    private static Dictionary<uint, byte[][]> LinesOf(IEnumerable<ReadOnlyMemory<byte>> secrets)
    {
        HashSet<string> lines = new(StringComparer.Ordinal);
        foreach (ReadOnlyMemory<byte> secret in secrets)
        {
            // Latin-1 keeps every byte.
            foreach (string line in Encoding.Latin1.GetString(secret.Span).Split('\n'))
            {
                string trimmed = line.Trim('\r', ' ', '\t');
                if (trimmed.Length >= MinBytes)
                    lines.Add(trimmed);
            }
        }
        Dictionary<uint, List<byte[]>> groups = [];
        foreach (string line in lines)
        {
            byte[] bytes = Encoding.Latin1.GetBytes(line);
            uint first = MemoryMarshal.Read<uint>(bytes);
            if (!groups.TryGetValue(first, out List<byte[]>? group))
                groups.Add(first, group = []);
            group.Add(bytes);
        }
        Dictionary<uint, byte[][]> sorted = [];
        foreach ((uint first, List<byte[]> group) in groups)
        {
            group.Sort(static (x, y) => y.Length.CompareTo(x.Length));
            sorted.Add(first, [.. group]);
        }
        return sorted;
    }
}
