using System.Collections.Immutable;
using System.Diagnostics;
using Caisson.Dockerfile.Ignore;
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
        string? owner = evaluator.TextOrNull(transfer.Owner);
        // As in BuildKit, a mode makes it an ordinary copy.
        bool isLinked = transfer.IsLinked && mode is null;
        if (isLinked && owner is not null)
            CheckLinkedOwner(evaluator, transfer.Owner!, owner); // not null: it expanded to owner
        foreach (Heredoc document in transfer.Documents)
            CheckName(evaluator, document);
        foreach (Word exclude in transfer.Excludes)
            CheckExclude(evaluator, exclude);
        return new FileTransfer(
            ReadSources(evaluator, transfer),
            ReadDocuments(evaluator, transfer),
            evaluator.Text(transfer.Destination))
        {
            Owner = owner,
            Mode = mode is null ? null : ReadMode(evaluator, transfer, mode),
            ModeText = mode,
            IsLinked = isLinked,
            Excludes = transfer.Excludes.IsEmpty ? [] : [.. transfer.Excludes.Select(static w => w.Text)],
        };
    }

    private static ImmutableArray<string> ReadSources(StepEvaluator evaluator, TransferInstruction transfer)
    {
        var sources = ImmutableArray.CreateBuilder<string>(transfer.Sources.Length);
        foreach (Word source in transfer.Sources)
            sources.Add(evaluator.Text(source));
        return sources.MoveToImmutable();
    }

    private static ImmutableArray<InlineFile> ReadDocuments(StepEvaluator evaluator, TransferInstruction transfer)
    {
        var files = ImmutableArray.CreateBuilder<InlineFile>(transfer.Documents.Length);
        foreach (Heredoc document in transfer.Documents)
            files.Add(new InlineFile(document.Name, ContentOf(evaluator, document)));
        return files.MoveToImmutable();
    }

    private static void CheckLinkedOwner(StepEvaluator evaluator, Word where, string owner)
    {
        const string Hint = "give the owner as numbers, such as --chown=1000:1000, or leave --link out";
        if (OwnerText.FindName(owner) is { } name)
            evaluator.Fail(DiagnosticCodes.LinkedOwnerByName, where, $"--link copies without a look at the image, so {Quoted.Of(name)} cannot be looked up there", Hint);
    }

    // The name is that of the file, wherever it is copied to: BuildKit makes it in an empty directory first.
    private static void CheckName(StepEvaluator evaluator, Heredoc document)
    {
        string name = UnixPath.Clean("/" + document.Name)[1..];
        if (name.Length == 0 || name.Contains('/', StringComparison.Ordinal))
            evaluator.Fail(
                DiagnosticCodes.BadHeredocName, document.Marker, $"{Quoted.Of(document.Name)} is no name of a file", "name it without a \"/\", and write the directory in the destination");
    }

    private static void CheckExclude(StepEvaluator evaluator, Word exclude)
    {
        if (exclude.Length > IgnoreFile.MaxPatternLength)
        {
            evaluator.Fail(DiagnosticCodes.BadExcludePattern, exclude, $"the pattern of --exclude is longer than {IgnoreFile.MaxPatternLength} characters");
            return;
        }
        try
        {
            IgnoreMatcher.Create([exclude.Text]);
        }
        catch (FormatException e)
        {
            evaluator.Fail(DiagnosticCodes.BadExcludePattern, exclude, e.Message, "a backslash makes the character behind it ordinary");
        }
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
