using System.Collections.Immutable;

namespace Caisson.Bench.Build.Peers;

/// <summary>Caisson behind Docker's own client: <c>docker buildx build</c> at <c>caisson serve</c>.</summary>
internal sealed class ServedPeer(ServedCaisson served) : Peer
{
    /// <inheritdoc/>
    public override string Name => "Caisson, served to buildx";

    /// <inheritdoc/>
    public override bool IsOwn => true;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Daemons => served.Processes();

    /// <inheritdoc/>
    public override async Task<string> ReadVersionAsync() => (await Tool.RunAsync([.. served.Command, "version", "--format", "{{.Server.Version}}"])).Trim();

    /// <inheritdoc/>
    public override Task LoadAsync(string layout, string name) =>
        Tool.ShellAsync($"skopeo copy --quiet oci:{layout} docker-archive:/dev/stdout:{name} | {string.Join(' ', served.Command)} load");

    /// <inheritdoc/>
    public override ImmutableArray<string>? Build(BuildJob job) => job.Output != JobOutput.Store || job.Platforms is not null ? null : [.. served.Command, "buildx", .. DockerPeer.Arguments(job)];

    /// <inheritdoc/>
    public override string? Client => "buildx";

    /// <inheritdoc/>
    public override ImmutableArray<string>? BuildByClient(BuildJob job) => [.. served.Buildx, .. DockerPeer.Arguments(job)];

    /// <inheritdoc/>
    public override ImmutableArray<string>? Push(string destination) => null; // as for Docker's own

    /// <inheritdoc/>
    public override Task ForgetAsync(string image) =>
        Tool.ShellAsync($"{string.Join(' ', served.Command)} image rm --force {Tag} {image}; {string.Join(' ', served.Command)} builder prune --all --force");
}
