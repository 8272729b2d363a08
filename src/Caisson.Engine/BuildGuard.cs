using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Engine.Secrets;
using Caisson.Engine.Sources;
using Caisson.Engine.Sources.Gateway;
using Caisson.Engine.Sources.Locking;
using Caisson.Engine.Sources.Policy;
using Caisson.Linux.Sandbox;

namespace Caisson.Engine;

/// <summary>What a build may take from outside: its policy and its lock file, put together from the request.</summary>
internal sealed class BuildGuard
{
    private const string PolicyName = "caisson.policy.json";
    private const string LockEnding = ".lock";

    private readonly BuildRequest _request;

    private BuildGuard(BuildRequest request, SourceGuard sources)
    {
        _request = request;
        Sources = sources;
    }

    /// <summary>What images, files and repositories may be used.</summary>
    public SourceGuard Sources { get; }

    /// <summary>Whether results of earlier builds count only with all that they took from the network.</summary>
    public bool NeedsRecords => IsClosed || TellsAll || !Sources.Policy.IsOpen;

    /// <summary>Whether the build's lock file is to be told.</summary>
    public bool TellsAll => _request.Locking is Locking.Kept or Locking.Renewed;

    /// <summary>What steps see of the network that do not say.</summary>
    public SandboxNetwork Network => (IsClosed || TellsAll) && _request.Network == SandboxNetwork.Host ? SandboxNetwork.Gateway : _request.Network;

    /// <summary>Whether nothing may be used that nobody names.</summary>
    public bool IsClosed => _request.IsHermetic || _request.Locking == Locking.Locked;

    /// <summary>Reads what a request names.</summary>
    /// <exception cref="BuildException">A policy or the lock file cannot be read.</exception>
    public static BuildGuard Open(BuildRequest request)
    {
        bool isLocked = request.Locking == Locking.Locked;
        ImmutableArray<PolicyRule> rules = [.. PoliciesOf(request).SelectMany(static p => PolicyFile.Read(p))];
        SourcePolicy policy = new(rules, allowsByDefault: !isLocked && !request.IsHermetic) { Others = [.. request.GivenPolicies.Select(PolicyFile.Read)] };
        string path = LockPathOf(request);
        LockFile? locked = request.Locking switch
        {
            Locking.Locked => LockFile.Read(path),
            Locking.Kept when File.Exists(path) => LockFile.Read(path),
            Locking.Usual when request.IsHermetic && File.Exists(path) => LockFile.Read(path),
            _ => null,
        };
        return new BuildGuard(request, new SourceGuard(policy, locked, isLocked));
    }

    /// <summary>The lock file of a build.</summary>
    public static string LockPathOf(BuildRequest request) => request.LockPath ?? RecordedRun.DockerfileOf(request) + LockEnding;

    /// <summary>The text of a lock file that names all that a build took; null when it is not to be told.</summary>
    /// <param name="network">What its steps did on the network.</param>
    public string? Tell(IEnumerable<NetworkRecord> network) => !TellsAll && _request.Bundle is null ? null : new LockFile(
    [
        .. Sources.Used,
        .. network.SelectMany(static r => r.Exchanges).Where(static e => e is { IsTunnel: false, IsWhole: true, IsAnswered: true }).Select(static e => new LockEntry.Network(e.Method, e.Address, e.Sent, e.Status, e.SizeBytes, e.Content, e.Package)),
    ]).ToText();

    /// <summary>What the gateway of the build is made of.</summary>
    public GatewayParts NewGateway(EngineParts parts, SecretStore secrets) => new()
    {
        UpstreamOf = NewUpstream(parts, secrets),
        Rules = _request.Replay is null && (IsClosed || !Sources.Policy.IsOpen) ? new GuardedRules(Sources.Policy, TellsAll ? null : Sources.Locked, _request.Locking == Locking.Locked, new SignedRepositories(parts.Options, parts.Work)) : OpenRules.Instance,
        Responses = parts.Responses,
        Authority = new EphemeralAuthority(parts.Options.Time),
        Secrets = secrets,
        NeedsRecords = NeedsRecords,
    };

    private Func<string, IUpstream> NewUpstream(EngineParts parts, SecretStore secrets)
    {
        if (_request.Replay is { } replay)
            return step => replay.UpstreamOf(step, parts.Responses, secrets);
        WebUpstream web = new(parts.Fetch.Passage);
        return _ => web;
    }

    /// <summary>Refuses steps that would have the network without the gateway where nothing may be used that nobody names.</summary>
    /// <exception cref="BuildException">There are some.</exception>
    public void Check(ImmutableArray<BuildPlan> plans)
    {
        if (!IsClosed && !TellsAll)
            return;
        ImmutableArray<Diagnostic> refused = [.. plans.SelectMany(static p => NodesBelow(p.Result)).Distinct().Select(RefusalOf).OfType<Diagnostic>()];
        if (!refused.IsEmpty)
            throw new BuildException(refused);
    }

    /// <summary>The steps that have the network through the gateway.</summary>
    public static IEnumerable<Oci.Model.Digest> OnGateway(ImmutableArray<BuildPlan> plans) =>
        plans.SelectMany(static p => NodesBelow(p.Result)).Where(static n => n.Operation is Operation.Run { Network: StepNetwork.Gateway }).Select(static n => n.Digest);

    private static Diagnostic? RefusalOf(Node node) => node.Operation switch
    {
        Operation.Run { Network: StepNetwork.Default or StepNetwork.Host } =>
            new Diagnostic(EngineCodes.SourceDenied, Severity.Error, "the step has the machine's network, and what it takes from there cannot be known", node.Label.Where, "leave out --network=host: it gets the network through the gateway"),
        Operation.Run { Security: StepSecurity.Insecure } =>
            new Diagnostic(EngineCodes.SourceDenied, Severity.Error, "the step is not kept from the machine, and what it takes from there cannot be known", node.Label.Where, "leave out --security=insecure"),
        _ => null,
    };

    private static IEnumerable<Node> NodesBelow(Node node)
    {
        HashSet<Node> seen = [];
        Stack<Node> open = new([node]);
        while (open.TryPop(out Node? next))
        {
            if (!seen.Add(next))
                continue;
            yield return next;
            foreach (Node input in next.Inputs)
                open.Push(input);
        }
    }

    internal static ImmutableArray<string> PoliciesOf(BuildRequest request)
    {
        // What is beside the Dockerfile of a client is nowhere on this machine.
        if (!request.Policies.IsEmpty || request.Replay is not null || request.ContextFiles is not null)
            return request.Policies;
        string beside = Path.Combine(Path.GetDirectoryName(RecordedRun.DockerfileOf(request)) ?? "", PolicyName);
        return File.Exists(beside) ? [beside] : [];
    }
}
