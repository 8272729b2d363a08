using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Ignore;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>CopyIgnoredFile.</summary>
internal static class CopyIgnoredFile
{
    private static readonly string[] RemoteBeginnings = ["git@", "github.com/"];
    private static readonly string[] Everything = ["*", "**", "**/*"];

    public static CheckRule Rule { get; } = new(nameof(CopyIgnoredFile), "COPY and ADD name no file that the ignore file keeps out", Find)
    {
        Url = CheckRule.UrlOf("copy-ignored-file"),
    };

    // Where exceptions take files back, nobody can tell without looking at the files.
    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        if (file.Ignore is not { HasExceptions: false } ignore)
            yield break;
        foreach ((CheckedInstruction instruction, TransferInstruction transfer) in file.Each<TransferInstruction>())
        {
            if (instruction.Bound.Source is not ContentSource.BuildContext || instruction.Evaluation.Step is null)
                continue;
            foreach (Word word in transfer.Sources)
            {
                ExpandedWord source = instruction.Before.Expand(word);
                bool isGuess = !instruction.IsKnown && source.Uses.Any(static u => !u.IsDefined);
                if (!isGuess && !IsRemote(source.Text) && Judge(ignore, source.Text) is { } pattern)
                    yield return FindingOf(transfer, word, source.Text, pattern);
            }
        }
    }

    private static Finding FindingOf(TransferInstruction transfer, Word word, string source, IgnorePattern pattern)
    {
        string place = pattern.Where is { } where ? $" (line {where.Line})" : "";
        string message = $"{Quoted.Of(source)} is kept out of the build context";
        string hint = $"by {Quoted.Of(pattern.ToString())} in the ignore file{place}; take it back there with {Quoted.Of("!" + UnixPath.Clean(source))}, or do not copy it";
        return new Finding(transfer, word.Span, message, hint);
    }

    // The root itself is never kept out, though all that is in it may be.
    private static IgnorePattern? Judge(IgnoreMatcher ignore, string source)
    {
        string path = UnixPath.Clean(source);
        if (path is "." or "/")
            return ignore.Patterns.LastOrDefault(static p => Everything.Contains(p.Pattern));
        IgnoreVerdict verdict = ignore.Judge(path);
        return verdict.IsIgnored ? verdict.DecidedBy : null;
    }

    private static bool IsRemote(string source) =>
        source.Contains("://", StringComparison.Ordinal) || RemoteBeginnings.Any(b => source.StartsWith(b, StringComparison.Ordinal));
}
