using System.Diagnostics;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>Evaluates ADD and COPY.</summary>
internal static class TransferSteps
{
    private const string Sha256 = "sha256:";

    private static readonly string[] RemotePrefixes = ["http://", "https://", "git://", "ssh://", "git@", "github.com/"];

    public static Step ReadCopy(StepEvaluator evaluator)
    {
        CopyInstruction copy = StepTable.Syntax<CopyInstruction>(evaluator);
        ContentSource source = evaluator.Bound.Source ?? throw new UnreachableException("a bound COPY has a source");
        return new Step.Copy(source, Read(evaluator, copy), copy.KeepsParents) { Origin = evaluator.Bound };
    }

    public static Step ReadAdd(StepEvaluator evaluator)
    {
        AddInstruction add = StepTable.Syntax<AddInstruction>(evaluator);
        FileTransfer transfer = Read(evaluator, add);
        string? checksum = evaluator.TextOrNull(add.Checksum);
        if (checksum is not null && !evaluator.Diagnostics.HasErrors)
            CheckChecksum(evaluator, add, checksum, transfer);
        return new Step.Add(transfer)
        {
            Origin = evaluator.Bound,
            Checksum = checksum,
            KeepsGitDirectory = add.KeepsGitDirectory,
            Unpacks = add.Unpacks,
        };
    }

    private static FileTransfer Read(StepEvaluator evaluator, TransferInstruction transfer)
    {
        string? mode = evaluator.TextOrNull(transfer.Mode);
        return new FileTransfer(
            [.. transfer.Sources.Select(evaluator.Text)],
            [.. transfer.Documents.Select(d => new InlineFile(d.Name, ContentOf(evaluator, d)))],
            evaluator.Text(transfer.Destination))
        {
            Owner = evaluator.TextOrNull(transfer.Owner),
            Mode = mode is null ? null : ReadMode(evaluator, transfer, mode),
            ModeText = mode,
            IsLinked = transfer.IsLinked,
            Excludes = [.. transfer.Excludes.Select(static w => w.Text)],
        };
    }

    private static string ContentOf(StepEvaluator evaluator, Heredoc document) =>
        document.Expands ? evaluator.Document(document.ContentWord) : document.Content;

    private static FileModeChange? ReadMode(StepEvaluator evaluator, TransferInstruction transfer, string mode)
    {
        if (FileModeChange.TryParse(mode, out FileModeChange? change))
            return change;
        const string Hint = "write an octal number such as 755, or changes such as u=rwX,go=rX";
        evaluator.Fail(
            DiagnosticCodes.BadFileMode, transfer.Mode!, $"{Quoted.Of(mode)} is no file mode", Hint); // not null: it expanded to mode
        return null;
    }

    private static void CheckChecksum(StepEvaluator evaluator, AddInstruction add, string checksum, FileTransfer transfer)
    {
        Word where = add.Checksum!; // not null: it expanded to checksum
        bool isDigest = checksum.StartsWith(Sha256, StringComparison.Ordinal)
            && checksum.Length == Sha256.Length + 64
            && checksum[Sha256.Length..].All(char.IsAsciiHexDigitLower);
        bool isCommit = checksum.Length is >= 7 and <= 64 && checksum.All(char.IsAsciiHexDigitLower);
        if (!isDigest && !isCommit)
            evaluator.Fail(
                DiagnosticCodes.BadChecksum, where, $"{Quoted.Of(checksum)} is no checksum",
                "write sha256:<64 hexadecimal digits>, or the beginning of a git commit");
        else if (transfer.Sources is [string source] && !RemotePrefixes.Any(p => source.StartsWith(p, StringComparison.Ordinal)))
            evaluator.Fail(DiagnosticCodes.BadChecksum, where, "--checksum needs a source that is fetched: http, https or git");
    }
}
