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
        return Transfer(plan, copy.Transfer, sources.Get(copy.From, plan.Platform), copy, label);
    }

    private StagePlan Add(StagePlan plan, Step.Add add, NodeLabel label)
    {
        if (add.Checksum is not null || add.KeepsGitDirectory is not null)
            throw Unsupported.At(add.Origin.Syntax.Span, "ADD of a remote source");
        string? remote = add.Transfer.Sources.FirstOrDefault(IsRemote);
        if (remote is not null)
            throw Unsupported.At(add.Origin.Syntax.Span, $"ADD of a remote source (\"{remote}\")", "fetch it into the build context first, and COPY it");
        return Transfer(plan, add.Transfer, sources.Get(new ContentSource.BuildContext(), plan.Platform), add, label);
    }

    private StagePlan Transfer(StagePlan plan, FileTransfer transfer, Node from, Step step, NodeLabel label)
    {
        const int fromInput = 1;
        if (!transfer.Excludes.IsEmpty)
            throw Unsupported.At(FlagSpan(step, "exclude"), "--exclude");
        CopySource[] files = [.. transfer.Sources.Select(static s => new CopySource.Files(fromInput, s))];
        CopySource[] inline = [.. transfer.Files.Select(static f => new CopySource.Inline(f.Name, f.Content))];
        bool isDirectory = transfer.Destination.EndsWith('/') || transfer.Destination is "." or ".." || transfer.Destination.EndsWith("/.", StringComparison.Ordinal);
        Operation.Copy copy = new()
        {
            Sources = [.. files, .. inline],
            Destination = plan.Absolute(transfer.Destination),
            IntoDirectory = isDirectory,
            Owner = transfer.Owner,
            Mode = transfer.ModeText,
            IsLinked = transfer.IsLinked,
            Unpacks = step is Step.Add { Unpacks: not false },
        };
        NodeLabel detailed = label with { Parts = [.. ((TransferInstruction)step.Origin.Syntax).Sources.Select(static w => w.Span)] };
        string sourceText = string.Join(' ', transfer.Sources.Concat(transfer.Files.Select(static f => "<<" + f.Name)));
        string flags = (transfer.Owner is { } owner ? $"--chown={owner} " : "") + (transfer.ModeText is { } mode ? $"--chmod={mode} " : "");
        string name = step is Step.Add ? "ADD" : "COPY";
        return plan.With(graph.Add(copy, [plan.Files, from], detailed), $"{name} {flags}{sourceText} {transfer.Destination}");
    }

    private static SourceSpan FlagSpan(Step step, string flag) =>
        step.Origin.Syntax.Flags.FirstOrDefault(f => f.Name.Text == flag)?.Span ?? step.Origin.Syntax.Span;

    private static bool IsRemote(string source) =>
        source.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        || source.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || source.StartsWith("git@", StringComparison.Ordinal)
        || source.StartsWith("git://", StringComparison.Ordinal)
        || source.StartsWith("ssh://", StringComparison.Ordinal);
}
