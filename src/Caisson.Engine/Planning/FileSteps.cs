using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Engine.Graph;

namespace Caisson.Engine.Planning;

/// <summary>The instructions that change files: each becomes a node.</summary>
/// <param name="graph">Where the nodes are made.</param>
/// <param name="sources">Finds the nodes of what instructions take files from.</param>
internal sealed class FileSteps(GraphBuilder graph, SourceNodes sources)
{
    /// <summary>The plan after the instruction.</summary>
    /// <param name="plan">The plan before it.</param>
    /// <param name="step">The instruction.</param>
    /// <param name="label">What people read of it.</param>
    /// <exception cref="BuildException">It asks for something that this version does not do.</exception>
    public StagePlan Apply(StagePlan plan, Step step, NodeLabel label) => step switch
    {
        Step.Run run => Run(plan, run, label),
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

    private StagePlan Run(StagePlan plan, Step.Run run, NodeLabel label)
    {
        if (run.Security == SecurityMode.Insecure)
            throw Unsupported.At(FlagSpan(run, "security"), "RUN --security=insecure");
        if (!run.Devices.IsEmpty)
            throw Unsupported.At(FlagSpan(run, "device"), "RUN --device");
        List<Node> inputs = [plan.Files];
        List<StepMount> mounts = [.. run.Mounts.Select(mount => Mount(plan, mount, inputs))];
        ImmutableArray<string> arguments = Arguments(plan, run.Script, mounts);
        VariableSetParts environment = VariableSetParts.Of(plan.Scope);
        Operation.Run operation = new()
        {
            Arguments = arguments,
            Environment = environment.Own,
            ProxyEnvironment = environment.Proxies,
            WorkingDirectory = plan.WorkingDirectory,
            User = plan.Config.User ?? "",
            Platform = plan.Platform,
            Network = run.Network switch
            {
                NetworkMode.None => StepNetwork.None,
                NetworkMode.Host => StepNetwork.Host,
                _ => StepNetwork.Default,
            },
            Mounts = [.. mounts],
        };
        NodeLabel detailed = label with { Parts = [.. run.Mounts.Select(static m => m.Mount.Origin.Flag.Span)] };
        return plan.With(graph.Add(operation, [.. inputs], detailed), CommandText.OfRun(plan.Scope, arguments));
    }

    // A script with its own interpreter is shown to the step as a file.
    private static ImmutableArray<string> Arguments(StagePlan plan, RunScript script, List<StepMount> mounts)
    {
        switch (script)
        {
            case RunScript.Shell shell:
                return [.. plan.Shell, shell.Text];
            case RunScript.Exec exec:
                return exec.Arguments;
            case RunScript.Executable executable:
                string path = "/dev/pipes/" + executable.Name;
                mounts.Add(new StepMount.Script(path, executable.Content));
                return [path];
            default:
                throw new System.Diagnostics.UnreachableException(script.GetType().Name);
        }
    }

    private StepMount Mount(StagePlan plan, BoundMount bound, List<Node> inputs)
    {
        switch (bound.Mount)
        {
            case Mount.Bind bind:
                return new StepMount.Bind(plan.Absolute(bind.Target), Input(inputs, sources.Get(bound.Source ?? new ContentSource.BuildContext(), plan.Platform)), bind.Source, bind.IsReadOnly);
            case Mount.Cache { Source: "" } cache when bound.Source is null or ContentSource.Scratch:
                return new StepMount.Cache(plan.Absolute(cache.Target), cache.Id, (Graph.CacheSharing)cache.Sharing)
                {
                    IsReadOnly = cache.IsReadOnly,
                    Mode = (int)(cache.Access.Mode ?? 0x1ED),
                    Uid = cache.Access.UserId ?? 0,
                    Gid = cache.Access.GroupId ?? 0,
                };
            case Mount.Cache cache:
                throw Unsupported.At(cache.Origin.Flag.Span, "a cache mount that begins with files of elsewhere (from=, source=)");
            case Mount.Tmpfs tmpfs:
                return new StepMount.Tmpfs(plan.Absolute(tmpfs.Target), tmpfs.SizeBytes == 0 ? null : tmpfs.SizeBytes);
            default:
                throw Unsupported.At(bound.Mount.Origin.Flag.Span, $"a mount of type {bound.Mount.GetType().Name.ToLowerInvariant()}");
        }
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

    // A step's own variables, and those that let it reach the network and change nothing of what it does.
    private sealed record VariableSetParts(ImmutableArray<string> Own, ImmutableArray<string> Proxies)
    {
        public static VariableSetParts Of(StageScope scope) => new(
            scope.Variables.ToEnvironment(),
            [.. scope.StepEnvironment.Where(v => PredefinedArguments.IsProxy(v.Key) && !scope.Variables.Contains(v.Key)).Select(static v => $"{v.Key}={v.Value}")]);
    }
}
