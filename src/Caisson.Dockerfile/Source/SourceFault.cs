using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Unicode;

namespace Caisson.Dockerfile.Source;

/// <summary>A place in a file's bytes that is no text.</summary>
internal readonly record struct SourceFault(int Offset, bool IsNul)
{
    private const int MaxFaults = 20;

    /// <summary>The first faults, as offsets into the decoded text.</summary>
    public static ImmutableArray<SourceFault> Find(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes) && !bytes.Contains((byte)0))
            return [];
        var faults = ImmutableArray.CreateBuilder<SourceFault>();
        int offset = 0;
        while (!bytes.IsEmpty && faults.Count < MaxFaults)
        {
            OperationStatus status = Rune.DecodeFromUtf8(bytes, out Rune rune, out int consumed);
            if (status != OperationStatus.Done || rune.Value == 0)
                faults.Add(new SourceFault(offset, status == OperationStatus.Done));
            offset += rune.Utf16SequenceLength;
            bytes = bytes[consumed..];
        }
        return faults.DrainToImmutable();
    }

    public Diagnostic ToDiagnostic(SourceText text)
    {
        SourceSpan where = text.SpanOf(Offset, 1);
        return IsNul
            ? new Diagnostic(DiagnosticCodes.NulCharacter, Severity.Error, "a NUL byte stands here", where, "is this a text file in UTF-8?")
            : new Diagnostic(DiagnosticCodes.BrokenUtf8, Severity.Error, "the bytes here are not UTF-8", where, "save the file as UTF-8");
    }
}
