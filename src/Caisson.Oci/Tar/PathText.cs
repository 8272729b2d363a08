using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Caisson.Oci.Tar;

/// <summary>File names as text and back without loss. Linux names are bytes, mostly but not always UTF-8.</summary>
/// <remarks>
/// Valid UTF-8 becomes the text it stands for. A byte 0x80 to 0xFF that is no part of valid UTF-8 becomes a lone surrogate
/// U+DC80 to U+DCFF, as Python's "surrogateescape" does (PEP 383). <see cref="Decode"/> accepts all bytes and
/// <see cref="Encode(string)"/> gives exactly these bytes back. Thread-safe.
/// </remarks>
public static class PathText
{
    private const int EscapeBase = 0xDC00;
    private const char FirstEscape = '\uDC80';
    private const char LastEscape = '\uDCFF';

    /// <summary>The text of these bytes.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Ascii.IsValid(bytes))
            return Encoding.ASCII.GetString(bytes);
        char[] rented = ArrayPool<char>.Shared.Rent(bytes.Length);
        try
        {
            return new string(rented, 0, DecodeTo(bytes, rented));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    /// <summary>How many bytes <see cref="Encode(ReadOnlySpan{char}, Span{byte})"/> writes for a text.</summary>
    public static int GetByteCount(ReadOnlySpan<char> text)
    {
        if (Ascii.IsValid(text))
            return text.Length;
        int count = 0;
        while (!text.IsEmpty)
        {
            int plain = text.IndexOfAnyInRange(FirstEscape, LastEscape);
            if (plain != 0)
            {
                // An escape may stand behind a first surrogate: the two are then one ordinary character.
                int length = plain < 0 ? text.Length : plain;
                if (plain > 0 && char.IsHighSurrogate(text[plain - 1]))
                    length++;
                count += Encoding.UTF8.GetByteCount(text[..length]);
                text = text[length..];
                continue;
            }
            count++;
            text = text[1..];
        }
        return count;
    }

    /// <summary>The bytes of a text.</summary>
    /// <exception cref="ArgumentException">The text has a lone surrogate that stands for no byte.</exception>
    public static byte[] Encode(string text)
    {
        byte[] bytes = new byte[GetByteCount(text)];
        Encode(text, bytes);
        return bytes;
    }

    /// <summary>Writes the bytes of a text to the front of a buffer.</summary>
    /// <returns>How many bytes were written.</returns>
    /// <exception cref="ArgumentException">The buffer is too short, or the text has a lone surrogate that stands for no byte.</exception>
    public static int Encode(ReadOnlySpan<char> text, Span<byte> destination)
    {
        if (Ascii.FromUtf16(text, destination, out int written) == OperationStatus.Done)
            return written;
        written = 0;
        while (true)
        {
            OperationStatus status = Utf8.FromUtf16(text, destination[written..], out int read, out int added, replaceInvalidSequences: false);
            written += added;
            text = text[read..];
            if (status == OperationStatus.Done)
                return written;
            if (status == OperationStatus.DestinationTooSmall || written == destination.Length)
                throw new ArgumentException("the buffer is too short for the bytes of the text", nameof(destination));
            if (text[0] is < FirstEscape or > LastEscape)
                throw new ArgumentException($"the text has the surrogate U+{(int)text[0]:X4}, which stands for no byte", nameof(text));
            destination[written++] = (byte)(text[0] - EscapeBase);
            text = text[1..];
        }
    }

    /// <summary>Compares two texts by their bytes, as Go and the C library sort names.</summary>
    public static int Compare(string left, string right)
    {
        if (Ascii.IsValid(left) && Ascii.IsValid(right))
            return string.CompareOrdinal(left, right);
        return Encode(left).AsSpan().SequenceCompareTo(Encode(right));
    }

    private static int DecodeTo(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        int written = 0;
        while (true)
        {
            OperationStatus status = Utf8.ToUtf16(bytes, text[written..], out int read, out int added, replaceInvalidSequences: false);
            written += added;
            bytes = bytes[read..];
            if (status == OperationStatus.Done)
                return written;
            text[written++] = (char)(EscapeBase + bytes[0]);
            bytes = bytes[1..];
        }
    }
}
