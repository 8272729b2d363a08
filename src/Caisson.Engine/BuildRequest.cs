using System.Collections.Immutable;
using Caisson.Dockerfile.Syntax;
using Caisson.Engine.Exporting;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;

namespace Caisson.Engine;

/// <summary>One build: what is built, and where the result goes.</summary>
public sealed record BuildRequest
{
    /// <summary>The files that may be copied from.</summary>
    public required BuildContext Context { get; init; }

    /// <summary>What <c>-</c> stands for, as build context or as Dockerfile; read once, not disposed. Null where there is nothing to read.</summary>
    public Stream? StandardInput { get; init; }

    /// <summary>
    /// The Dockerfile: a path (relative to the working directory; within the context, when that is no local directory), the address of a file in the web, or
    /// <c>-</c> for standard input. Null for the file <c>Dockerfile</c> of the context.
    /// </summary>
    public string? DockerfilePath { get; init; }

    /// <summary>The Dockerfile, when the caller holds it: then <see cref="DockerfilePath"/> does not count.</summary>
    public GivenFile? Dockerfile { get; init; }

    /// <summary>Brings the files of the build context and of named contexts that are directories; null when they are there.</summary>
    public IContextFiles? ContextFiles { get; init; }

    /// <summary>Gives the build its graph in the place of a Dockerfile; null when there is one. It is for one platform then.</summary>
    public IGraphPlanner? Graph { get; init; }

    /// <summary>The stage to build; null for the last.</summary>
    public string? Target { get; init; }

    /// <summary>Build arguments by name.</summary>
    public ImmutableDictionary<string, string> Arguments { get; init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Named contexts by name: a directory, <c>docker-image://reference</c>, <c>oci-layout://path[:tag|@digest]</c>, the address of a git repository, or that of a
    /// file in the web.
    /// </summary>
    public ImmutableDictionary<string, string> NamedContexts { get; init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Secrets by id: what steps mount, and what remote sources are asked with. They are no part of any key, layer, log or history.</summary>
    public ImmutableDictionary<string, SecretSource> Secrets { get; init; } = ImmutableDictionary.Create<string, SecretSource>(StringComparer.Ordinal);

    /// <summary>SSH agents by id: what steps mount, and what remote sources are asked with.</summary>
    public ImmutableDictionary<string, SshAgentSource> SshAgents { get; init; } = ImmutableDictionary.Create<string, SshAgentSource>(StringComparer.Ordinal);

    /// <summary>Has secrets that are not among <see cref="Secrets"/>; null when nobody does.</summary>
    public ISecretProvider? SecretProvider { get; init; }

    /// <summary>Has SSH agents that are not among <see cref="SshAgents"/>; null when nobody does.</summary>
    public ISshAgentProvider? SshAgentProvider { get; init; }

    /// <summary>Credentials of registries that go before those of the engine, for this build only; null for none.</summary>
    public ICredentialSource? Credentials { get; init; }

    /// <summary>Whose signatures git repositories must carry: contexts and what ADD takes. None is asked for when empty.</summary>
    public ImmutableArray<GitSigners> GitSigners { get; init; } = [];

    /// <summary>What the Dockerfile's steps may do beyond what every step may.</summary>
    public Entitlements Entitlements { get; init; } = Entitlements.None;

    /// <summary>What steps see of the network that do not say.</summary>
    public SandboxNetwork Network { get; init; } = SandboxNetwork.Host;

    /// <summary>Policies, paths of files: what the build may use. The rules of all count, in order.</summary>
    public ImmutableArray<string> Policies { get; init; } = [];

    /// <summary>Policies that the caller holds, each in the same form as a file. What one of them denies is denied, whatever others say.</summary>
    public ImmutableArray<GivenFile> GivenPolicies { get; init; } = [];

    /// <summary>Whether nothing may be used that neither a policy nor the lock file names, and steps that do not say have the network through the gateway.</summary>
    public bool IsHermetic { get; init; }

    /// <summary>What the lock file is for.</summary>
    public Locking Locking { get; init; }

    /// <summary>The lock file; null for the one beside the Dockerfile, which has its name with <c>.lock</c>.</summary>
    public string? LockPath { get; init; }

    /// <summary>Names that steps find in <c>/etc/hosts</c>.</summary>
    public ImmutableArray<ExtraHost> ExtraHosts { get; init; } = [];

    /// <summary>The host name that steps see; null for the usual one. The build argument BUILDKIT_SANDBOX_HOSTNAME goes before it.</summary>
    public string? HostName { get; init; }

    /// <summary>The size of steps' <c>/dev/shm</c>; null for 64 MiB.</summary>
    public long? SharedMemoryBytes { get; init; }

    /// <summary>Limits of steps' resources. One above what this machine allows is cut to that, with a warning.</summary>
    public ImmutableArray<ResourceLimit> Limits { get; init; } = [];

    /// <summary>Where descriptions of devices are looked for; of two with one name, that of the later directory counts.</summary>
    public ImmutableArray<string> DeviceDirectories { get; init; } = ["/etc/cdi", "/var/run/cdi"];

    /// <summary>Labels of the image, besides those of the Dockerfile; these go first.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The platforms to build for, all in one build; that of this machine when empty.</summary>
    public ImmutableArray<Platform> Platforms { get; init; } = [];

    /// <summary>Whether the result is told apart by platform even when it is for one: an index over images, a directory for each.</summary>
    public bool TellsPlatforms { get; init; }

    /// <summary>Whether results of earlier builds are taken.</summary>
    public bool UsesCache { get; init; } = true;

    /// <summary>Names of stages whose steps are done anew, whatever the cache holds.</summary>
    public ImmutableArray<string> FreshStages { get; init; } = [];

    /// <summary>
    /// Steps that must not run: <c>all</c>, the name or number of a stage, or a step of it as <c>STAGE:NUMBER</c>. The build fails before one of them would be done.
    /// </summary>
    public ImmutableArray<string> ExpectedCached { get; init; } = [];

    /// <summary>What becomes of the surroundings of a step whose program fails.</summary>
    public FailureAction OnFailure { get; init; }

    /// <summary>Finds an image of this machine that has no such name, by its id for example; a registry is asked after that. Null where names are all that counts.</summary>
    public Func<string, CancellationToken, Task<Descriptor?>>? FindImage { get; init; }

    /// <summary>When registries are asked for base images.</summary>
    public PullPolicy Pull { get; init; }

    /// <summary>Whether files keep their times: those of steps also when they are later than that of the image, and those of build contexts.</summary>
    /// <remarks>Times are then an input like any other, and such builds share no results of steps with others.</remarks>
    public bool KeepsTimestamps { get; init; }

    /// <summary>Shared caches that steps may be taken from, when they are not stored here; the first counts first.</summary>
    public ImmutableArray<CacheImport> CacheImports { get; init; } = [];

    /// <summary>Shared caches that the build leaves for others.</summary>
    public ImmutableArray<CacheExport> CacheExports { get; init; } = [];

    /// <summary>Whether all that the last stage puts on top of its base becomes one layer, and the lines of the history say so.</summary>
    public bool IsSquashed { get; init; }

    /// <summary>How often the build is done, each time under other conditions. When it is more than once, all must come to the same, or nothing is exported.</summary>
    public int Builds { get; init; } = 1;

    /// <summary>Where the result goes; nowhere when empty: it stays in the cache.</summary>
    public ImmutableArray<Export> Exports { get; init; } = [];

    /// <summary>Says of what the exports write what is kept with it; null when nothing is.</summary>
    public IAttester? Attester { get; init; }

    /// <summary>The path of the lock file.</summary>
    public string LockFile => BuildGuard.LockPathOf(this);

    /// <summary>Where all that the build is made of is sealed, so that it can be repeated; null where it is not. Every step is done then, and none has the network but through the gateway.</summary>
    public ImagePlace? Bundle { get; init; }

    /// <summary>What was recorded of the build, when it is one that is repeated; else null.</summary>
    internal IReplay? Replay { get; init; }

    /// <summary>Whether it has a graph in the place of a Dockerfile.</summary>
    internal bool HasGraph => Graph is not null;

    /// <summary>Whether all of its steps are done, whatever is known of them, with cache mounts of its own that begin empty.</summary>
    internal bool IsRecord => Bundle is not null || Replay is not null;

    /// <summary>Is told which files steps use; null when nobody wants to know. Programs are watched then, which only root can do.</summary>
    internal IFileUse? FileUse { get; init; }

    /// <summary>Whether a build argument is given that means yes, in the spellings of Go's <c>strconv.ParseBool</c>.</summary>
    internal bool Asks(string argument) => Booleans.TryParse(Arguments.GetValueOrDefault(argument, ""), out bool says) && says;
}
