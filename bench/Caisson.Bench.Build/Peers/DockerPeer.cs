using System.Collections.Immutable;

namespace Caisson.Bench.Build.Peers;

/// <summary>A Docker engine, by its classic builder or by its BuildKit.</summary>
/// <param name="engine">The engine.</param>
/// <param name="isClassic">Which of the two.</param>
internal sealed class DockerPeer(DockerEngine engine, bool isClassic) : Peer
{
    /// <inheritdoc/>
    public override string Name => isClassic ? "Docker, classic builder" : "Docker, buildx";

    /// <inheritdoc/>
    public override IReadOnlyList<int> Daemons => engine.Processes();

    /// <inheritdoc/>
    public override async Task<string> ReadVersionAsync() => (await Tool.RunAsync([.. engine.Command, "version", "--format", "{{.Server.Version}}"])).Trim();

    /// <inheritdoc/>
    public override Task LoadAsync(string layout, string name) =>
        Tool.ShellAsync($"skopeo copy --quiet oci:{layout} docker-archive:/dev/stdout:{name} | {string.Join(' ', engine.Command)} load");

    /// <inheritdoc/>
    public override ImmutableArray<string>? Build(BuildJob job)
    {
        if (job.Output != JobOutput.Store || job.Platforms is not null || (isClassic && job.HasMounts))
            return null; // its store writes no archive and has no indexes, and the classic builder knows no mounts
        return [.. isClassic ? ["env", "DOCKER_BUILDKIT=0", .. engine.Command] : (string[])[.. engine.Command, "buildx"], .. Arguments(job)];
    }

    /// <inheritdoc/>
    public override string? Client => isClassic ? null : "buildx";

    /// <inheritdoc/>
    public override ImmutableArray<string>? BuildByClient(BuildJob job) => isClassic ? null : [.. engine.Buildx, .. Arguments(job)];

    /// <summary>What Docker's clients are told, behind their names.</summary>
    public static ImmutableArray<string> Arguments(BuildJob job) =>
    [
        "build", "--quiet", "--network", "host", "--tag", Tag,
        .. (string[])(job.IsUncached ? ["--no-cache"] : []),
        .. (string[])(job.Base is { } image ? ["--build-arg", "BASE=" + image] : []),
        job.Context,
    ];

    /// <inheritdoc/>
    public override ImmutableArray<string>? Push(string destination) => null; // the same for both, and its time is the engine's

    /// <inheritdoc/>
    public override Task ForgetAsync(string image) =>
        Tool.ShellAsync($"{string.Join(' ', engine.Command)} image rm --force {Tag} {image}; {string.Join(' ', engine.Command)} builder prune --all --force");
}
