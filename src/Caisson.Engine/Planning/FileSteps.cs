using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Engine.Graph;

namespace Caisson.Engine.Planning;

/// <summary>The instructions that change files: each becomes a node.</summary>
/// <param name="graph">Where the nodes are made.</param>
/// <param name="sources">Finds the nodes of what instructions take files from.</param>
/// <param name="options">What the plan depends on besides the Dockerfile.</param>
internal sealed class FileSteps(GraphBuilder graph, SourceNodes sources, PlannerOptions options)
{
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
        return moved.With(graph.Add(new Operation.MakeDirectory(path, owner), [plan.Files], label), "WORKDIR " + path);
    }

    private StagePlan Copy(StagePlan plan, Step.Copy copy, NodeLabel label)
    {
        if (copy.KeepsParents)
            throw Unsupported.At(FlagSpan(copy, "parents"), "COPY --parents");
        List<Node> inputs = [plan.Files];
        int from = Input(inputs, sources.Get(copy.From, plan.Platform));
        return Transfer(plan, new Taking(copy.Transfer, [.. copy.Transfer.Sources.Select(s => new CopySource.Files(from, s))], inputs), copy, label);
    }

    private StagePlan Add(StagePlan plan, Step.Add add, NodeLabel label)
    {
        RemoteSource?[] remote = [.. add.Transfer.Sources.Select((_, i) => AddSources.Find(add, i))];
        List<Node> inputs = [plan.Files];
        CopySource[] files = [.. add.Transfer.Sources.Select((source, i) => remote[i] switch
        {
            null => new CopySource.Files(Input(inputs, sources.Get(new ContentSource.BuildContext(), plan.Platform)), source),
            RemoteSource.Http http => new CopySource.Files(Input(inputs, sources.Remote.Get(http, label.Where)), AddSources.PatternOf(http.FileName)),
            var repository => new CopySource.Files(Input(inputs, sources.Remote.Get(repository, label.Where)), "."),
        })];
        return Transfer(plan, new Taking(add.Transfer, [.. files], inputs) { Unpacks = add.Unpacks ?? remote.All(static r => r is null) }, add, label);
    }

    private StagePlan Transfer(StagePlan plan, Taking taking, Step step, NodeLabel label)
    {
        FileTransfer transfer = taking.Transfer;
        if (!transfer.Excludes.IsEmpty)
            throw Unsupported.At(FlagSpan(step, "exclude"), "--exclude");
        CopySource[] inline = [.. transfer.Files.Select(static f => new CopySource.Inline(f.Name, f.Content))];
        bool isDirectory = transfer.Destination.EndsWith('/') || transfer.Destination is "." or ".." || transfer.Destination.EndsWith("/.", StringComparison.Ordinal);
        Operation.Copy copy = new()
        {
            Sources = [.. taking.Sources, .. inline],
            Destination = plan.Absolute(transfer.Destination),
            IntoDirectory = isDirectory,
            Owner = transfer.Owner,
            Mode = transfer.ModeText,
            IsLinked = transfer.IsLinked,
            Unpacks = taking.Unpacks,
        };
        NodeLabel detailed = label with { Parts = [.. ((TransferInstruction)step.Origin.Syntax).Sources.Select(static w => w.Span)] };
        string sourceText = string.Join(' ', transfer.Sources.Select(RemoteText.Shown).Concat(transfer.Files.Select(static f => "<<" + f.Name)));
        string flags = (transfer.Owner is { } owner ? $"--chown={owner} " : "") + (transfer.ModeText is { } mode ? $"--chmod={mode} " : "");
        string name = step is Step.Add ? "ADD" : "COPY";
        return plan.With(graph.Add(copy, [.. taking.Inputs], detailed), $"{name} {flags}{sourceText} {transfer.Destination}");
    }

    private static int Input(List<Node> inputs, Node node)
    {
        int known = inputs.IndexOf(node, 1);
        if (known > 0)
            return known;
        inputs.Add(node);
        return inputs.Count - 1;
    }

    private static SourceSpan FlagSpan(Step step, string flag) =>
        step.Origin.Syntax.Flags.FirstOrDefault(f => f.Name.Text == flag)?.Span ?? step.Origin.Syntax.Span;

    // What an instruction takes, and from which nodes.
    private sealed record Taking(FileTransfer Transfer, ImmutableArray<CopySource> Sources, List<Node> Inputs)
    {
        public bool Unpacks { get; init; }
    }
}
