using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Engine.Planning;
using Caisson.Engine.Sources;
using Caisson.Engine.Steps;

namespace Caisson.Engine;

/// <summary>Finds what COPY and ADD name and contexts lack, without building. A warning, since something may yet make the file before the build.</summary>
/// <param name="trees">The contexts whose files are at hand, by name.</param>
internal sealed class MissingFiles(IReadOnlyDictionary<string, SourceTree> trees)
{
    // It says the same of a file that is kept out.
    private const string IgnoredFileRule = "CopyIgnoredFile";

    /// <summary>The first that is missing of each instruction that the target needs, in the words of the build.</summary>
    public IEnumerable<Diagnostic> Find(BoundDockerfile bound, CheckReport report)
    {
        HashSet<SourceSpan> ignored = [.. report.Warnings.Where(static w => w.Rule.Name == IgnoredFileRule).Select(static w => w.Finding.Where)];
        HashSet<BoundStage> needed = [.. bound.Needed];
        return report.Stages.Where(s => needed.Contains(s.Stage))
            .SelectMany(static s => s.Instructions)
            .Where(static i => i.IsKnown || !i.UndefinedUses.Any())
            .Select(Find)
            .OfType<Diagnostic>()
            .Where(d => d.Where is not { } where || !ignored.Contains(where));
    }

    private Diagnostic? Find(CheckedInstruction instruction) => instruction.Evaluation.Step switch
    {
        Step.Copy { KeepsParents: false, From: ContentSource.BuildContext or ContentSource.NamedContext } copy => Find(copy.From, copy, copy.Transfer, static _ => true),
        Step.Add add => Find(new ContentSource.BuildContext(), add, add.Transfer, i => AddSources.Find(add, i) is null),
        _ => null,
    };

    private Diagnostic? Find(ContentSource from, Step step, FileTransfer transfer, Func<int, bool> isLocal)
    {
        if (!trees.TryGetValue((from as ContentSource.NamedContext)?.Name ?? BuildContexts.MainName, out SourceTree? tree))
            return null;
        int part = 0;
        try
        {
            for (; part < transfer.Sources.Length; part++)
            {
                string source = transfer.Sources[part];
                if (isLocal(part))
                    MissingSource.Require(tree.Tree, SourcePattern.FixedPart(source), part, part + 1 < transfer.Sources.Length ? transfer.Sources[part + 1] : null);
            }
            return null;
        }
        catch (StepException e)
        {
            string message = e.Lacking is null ? e.Message : MissingSource.Say(e.Lacking, SourceNodes.NameOf(from));
            return new Diagnostic(e.Code, Severity.Warning, message, ((TransferInstruction)step.Origin.Syntax).Sources[part].Span, e.Hint);
        }
        catch (Exception e) when (Failures.Explain(e) is { } explained)
        {
            // An address that cannot be meant; links that lead to each other, a directory that may not be read.
            Diagnostic found = explained.Diagnostics[0];
            return found with { Where = found.Where ?? ((TransferInstruction)step.Origin.Syntax).Sources[part].Span };
        }
    }
}
