using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Engine.Graph;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Planning;

/// <summary>The instructions that change files: each becomes a node.</summary>
/// <param name="graph">Where the nodes are made.</param>
/// <param name="sources">Finds the nodes of what instructions take files from.</param>
/// <param name="options">What the plan depends on besides the Dockerfile.</param>
internal sealed class FileSteps(GraphBuilder graph, SourceNodes sources, PlannerOptions options)
{
    private const string Pivot = "/./";

    private readonly RunSteps _runs = new(graph, sources, options);

    /// <summary>The plan after the instruction.</summary>
    /// <param name="plan">The plan before it.</param>
    /// <param name="step">The instruction.</param>
    /// <param name="label">What people read of it.</param>
    /// <exception cref="BuildException">It asks for something that this version does not do.</exception>
    public StagePlan Apply(StagePlan plan, Step step, NodeLabel label) => step switch
    {
        Step.Run run => _runs.Apply(plan, run, label),
        Step.Copy copy => Copy(plan, copy, label),
        Step.Add add => Add(plan, add, label),
        Step.Workdir workdir => Workdir(plan, workdir, label),
        _ => throw new System.Diagnostics.UnreachableException(step.GetType().Name),
    };

    private StagePlan Workdir(StagePlan plan, Step.Workdir workdir, NodeLabel label)
    {
        string path = plan.Absolute(workdir.Path);
        StagePlan moved = plan with { Config = plan.Config with { WorkingDir = path } };
        if (path == "/")
            return moved.With(moved.Config, "WORKDIR /");
        string? owner = string.IsNullOrEmpty(plan.Config.User) ? null : plan.Config.User;
        RequireAccounts(plan, owner, workdir.Origin.Syntax.Span);
        return moved.With(graph.Add(new Operation.MakeDirectory(path, owner), [plan.Files], label), "WORKDIR " + path);
    }

    private StagePlan Copy(StagePlan plan, Step.Copy copy, NodeLabel label)
    {
        InputList inputs = new(plan.Files);
        int from = inputs.Add(sources.Get(copy.From, plan.Platform));
        IEnumerable<CopySource.Files> files = copy.Transfer.Sources.Select(s => copy.KeepsParents ? WithParents(from, s) : new CopySource.Files(from, s));
        return Transfer(plan, new Taking(copy.Transfer, [.. files], inputs, copy.From), copy, label);
    }

    // What stands behind the first "/./" is kept, or everything. As a pattern it is looked for below what stands before.
    private static CopySource.Files WithParents(int from, string source)
    {
        int pivot = source.IndexOf(Pivot, StringComparison.Ordinal);
        string kept = EntryPath.Clean(pivot < 0 ? source : source[(pivot + Pivot.Length)..]);
        return new CopySource.Files(from, pivot < 0 ? "/" : source[..pivot]) { Includes = kept.Length == 0 ? [] : [kept] };
    }

    private StagePlan Add(StagePlan plan, Step.Add add, NodeLabel label)
    {
        InputList inputs = new(plan.Files);
        ContentSource context = new ContentSource.BuildContext();
        CopySource.Files[] files = [.. add.Transfer.Sources.Select((source, i) => AddSources.Find(add, i) switch
        {
            null => new CopySource.Files(inputs.Add(sources.Get(context, plan.Platform)), source) { Unpacks = add.Unpacks ?? true },
            RemoteSource.Http http => new CopySource.Files(inputs.Add(sources.Remote.Get(http, label.Where)), CopySource.PatternOf(http.FileName)) { Unpacks = add.Unpacks ?? false },
            var repository => new CopySource.Files(inputs.Add(sources.Remote.Get(repository, label.Where)), "."),
        })];
        return Transfer(plan, new Taking(add.Transfer, [.. files], inputs, context), add, label);
    }

    private StagePlan Transfer(StagePlan plan, Taking taking, Step step, NodeLabel label)
    {
        FileTransfer transfer = taking.Transfer;
        RequireAccounts(plan, transfer.Owner, step.Origin.Syntax.Span);
        CopySource[] inline = [.. transfer.Files.Select(static f => new CopySource.Inline(f.Name, f.Content))];
        bool isDirectory = transfer.Destination.EndsWith('/') || transfer.Destination is "." or ".." || transfer.Destination.EndsWith("/.", StringComparison.Ordinal);
        Operation.Copy copy = new()
        {
            Sources = [.. taking.Sources.Select(f => f with { Excludes = transfer.Excludes }), .. inline],
            Destination = plan.Absolute(transfer.Destination),
            IntoDirectory = isDirectory,
            Owner = transfer.Owner,
            Mode = transfer.ModeText,
            IsLinked = transfer.IsLinked,
        };
        NodeLabel detailed = label with { Parts = [.. ((TransferInstruction)step.Origin.Syntax).Sources.Select(w => new NodePart(w.Span, SourceNodes.NameOf(taking.From)))] };
        string sourceText = string.Join(' ', transfer.Sources.Select(RemoteText.Shown).Concat(transfer.Files.Select(static f => "<<" + f.Name)));
        string flags = (step is Step.Copy { KeepsParents: true } ? "--parents " : "")
            + (transfer.Owner is { } owner ? $"--chown={owner} " : "") + (transfer.ModeText is { } mode ? $"--chmod={mode} " : "");
        string name = step is Step.Add ? "ADD" : "COPY";
        return plan.With(graph.Add(copy, taking.Inputs.Nodes, detailed), $"{name} {flags}{sourceText} {transfer.Destination}");
    }

    // Where nothing is yet, BuildKit refuses to look up a name; a little later it takes root for one that is not there.
    private static void RequireAccounts(StagePlan plan, string? owner, SourceSpan where)
    {
        if (plan.Files.Operation is not Operation.Scratch || owner is null || OwnerText.FindName(owner) is not { } name)
            return;
        string message = $"there is no \"{name}\" to look up: the stage is empty so far";
        throw new BuildException([new Diagnostic(EngineCodes.UnknownUser, Severity.Error, message, where, "use a number, or copy an /etc/passwd in an earlier step")]);
    }

    // What an instruction takes, and from which nodes.
    private sealed record Taking(FileTransfer Transfer, ImmutableArray<CopySource.Files> Sources, InputList Inputs, ContentSource From);
}
