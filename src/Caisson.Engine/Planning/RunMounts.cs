using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Engine.Graph;

namespace Caisson.Engine.Planning;

/// <summary>The mounts of one RUN, as its operation has them.</summary>
/// <param name="plan">The plan before the instruction.</param>
/// <param name="sources">Finds the nodes of what mounts show.</param>
/// <param name="options">What the plan depends on besides the Dockerfile.</param>
internal sealed class RunMounts(StagePlan plan, SourceNodes sources, PlannerOptions options)
{
    private const int CacheMode = 0x1ED; // 0755
    private const int SecretMode = 0x100; // 0400
    private const int SocketMode = 0x180; // 0600
    private const int PermissionBits = 0x1FF; // 0777

    private const string AgentVariable = "SSH_AUTH_SOCK";

    private readonly List<StepMount> _mounts = [];
    private readonly List<NodePart> _mountParts = [];
    private readonly List<SecretVariable> _variables = [];
    private readonly List<NodePart> _variableParts = [];
    private readonly InputList _inputs = new(plan.Files);
    private string? _firstAgent;
    private int _agents;

    /// <summary>The mounts, in the order they were asked for.</summary>
    public ImmutableArray<StepMount> Mounts => [.. _mounts];

    /// <summary>The variables that hold secrets.</summary>
    public ImmutableArray<SecretVariable> SecretEnvironment => [.. _variables];

    /// <summary>The inputs of the operation.</summary>
    public ImmutableArray<Node> Inputs => _inputs.Nodes;

    /// <summary>Where each mount stands in the Dockerfile, and then each variable.</summary>
    public ImmutableArray<NodePart> Parts => [.. _mountParts, .. _variableParts];

    /// <summary>Adds a mount.</summary>
    /// <param name="mount">The mount.</param>
    /// <param name="where">What asks for it.</param>
    /// <param name="from">What it takes files from; null for nothing.</param>
    public void Add(StepMount mount, SourceSpan where, ContentSource? from = null)
    {
        if (mount.Target == "/")
        {
            const string Hint = "mount it on a directory below, or set another WORKDIR before this step";
            throw new BuildException([new Diagnostic(DiagnosticCodes.BadMountOption, Severity.Error, "a mount cannot have the target \"/\"", where, Hint)]);
        }
        _mounts.Add(mount);
        _mountParts.Add(new NodePart(where, from is null ? null : SourceNodes.NameOf(from)));
    }

    /// <summary>Adds a mount of the Dockerfile.</summary>
    public void Add(BoundMount bound)
    {
        SourceSpan where = bound.Mount.Origin.Flag.Span;
        switch (bound.Mount)
        {
            case Mount.Secret secret:
                Add(secret, where);
                break;
            default:
                Add(Plan(bound), where, bound.Source ?? new ContentSource.BuildContext());
                break;
        }
    }

    /// <summary>An environment with the variable that names the first agent's socket, unless it is set already.</summary>
    public ImmutableArray<string> WithAgent(ImmutableArray<string> environment) =>
        _firstAgent is null || environment.Any(static v => v.StartsWith(AgentVariable + "=", StringComparison.Ordinal)) ? environment : environment.Add($"{AgentVariable}={_firstAgent}");

    private void Add(Mount.Secret secret, SourceSpan where)
    {
        if (secret.Target is { } target)
        {
            Add(
                new StepMount.Secret(plan.Absolute(target), secret.Id, secret.IsRequired)
                {
                    Mode = ModeOf(secret.Access, SecretMode),
                    Uid = secret.Access.UserId ?? 0,
                    Gid = secret.Access.GroupId ?? 0,
                },
                where);
        }
        if (secret.Variable is { } variable)
        {
            _variables.Add(new SecretVariable(variable, secret.Id, secret.IsRequired));
            _variableParts.Add(new NodePart(where));
        }
    }

    private StepMount Plan(BoundMount bound) => bound.Mount switch
    {
        Mount.Bind bind => new StepMount.Bind(plan.Absolute(bind.Target), Input(bound.Source ?? new ContentSource.BuildContext()), bind.Source, bind.IsReadOnly),
        Mount.Cache cache => Cache(cache, bound.Source),
        Mount.Tmpfs tmpfs => new StepMount.Tmpfs(plan.Absolute(tmpfs.Target), tmpfs.SizeBytes == 0 ? null : tmpfs.SizeBytes) { IsReadOnly = tmpfs.IsReadOnly },
        Mount.Ssh ssh => Ssh(ssh),
        _ => throw new System.Diagnostics.UnreachableException(bound.Mount.GetType().Name),
    };

    // As in BuildKit, a cache that is told its mode or owner begins empty, unless source= says with what it begins.
    private StepMount.Cache Cache(Mount.Cache cache, ContentSource? source)
    {
        string path = Linux.Snapshots.EntryPath.Clean(cache.Source);
        bool isSeeded = source is not (null or ContentSource.Scratch) && (path.Length > 0 || cache.Access == MountAccess.Unspecified);
        return new StepMount.Cache(plan.Absolute(cache.Target), $"{options.Steps.CacheNamespace}/{cache.Id}", (Graph.CacheSharing)cache.Sharing)
        {
            IsReadOnly = cache.IsReadOnly,
            Input = isSeeded ? Input(source!) : null, // not null: seen above
            Source = isSeeded ? path : "",
            Mode = ModeOf(cache.Access, CacheMode),
            Uid = cache.Access.UserId ?? 0,
            Gid = cache.Access.GroupId ?? 0,
        };
    }

    // Agents are counted, those with a target of their own too.
    private StepMount.Ssh Ssh(Mount.Ssh ssh)
    {
        string target = plan.Absolute(ssh.Target ?? $"/run/buildkit/ssh_agent.{_agents}");
        _agents++;
        _firstAgent ??= target;
        return new StepMount.Ssh(target, ssh.Id, ssh.IsRequired)
        {
            Mode = ModeOf(ssh.Access, SocketMode),
            Uid = ssh.Access.UserId ?? 0,
            Gid = ssh.Access.GroupId ?? 0,
        };
    }

    private static int ModeOf(MountAccess access, int otherwise) => (int)((access.Mode ?? (uint)otherwise) & PermissionBits);

    private int Input(ContentSource source) => _inputs.Add(sources.Get(source, plan.Platform));
}
