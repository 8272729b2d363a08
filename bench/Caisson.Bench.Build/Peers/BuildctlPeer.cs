using System.Collections.Immutable;

namespace Caisson.Bench.Build.Peers;

/// <summary>A BuildKit daemon that is running somewhere, or Caisson's, asked by BuildKit's own client.</summary>
/// <param name="address">Its address, as buildctl takes it.</param>
/// <param name="directory">For archives.</param>
/// <param name="registry">Where it finds base images: it has no store to load them into.</param>
/// <param name="own">Caisson's daemon, if it is that; then it is asked only for what is measured by clients.</param>
internal sealed class BuildctlPeer(string address, string directory, string registry, ServedCaisson? own = null) : Peer
{
    /// <inheritdoc/>
    public override string Name => own is null ? "BuildKit" : "Caisson, served to buildctl";

    /// <inheritdoc/>
    public override bool IsOwn => own is not null;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Daemons => own?.Processes() ?? [];

    /// <inheritdoc/>
    public override async Task<string> ReadVersionAsync() => (await Tool.RunAsync("buildctl", "--version")).Trim();

    /// <inheritdoc/>
    public override Task LoadAsync(string layout, string name) =>
        Tool.RunAsync("skopeo", "copy", "--quiet", "--dest-tls-verify=false", "oci:" + layout, $"docker://{registry}/{name}");

    /// <inheritdoc/>
    public override ImmutableArray<string>? Build(BuildJob job) => own is null ? BuildByClient(job) : null;

    /// <inheritdoc/>
    public override string? Client => "buildctl";

    /// <inheritdoc/>
    public override ImmutableArray<string>? BuildByClient(BuildJob job) =>
    [
        "buildctl", "--addr", address, "build", "--progress", "plain", "--frontend", "dockerfile.v0", "--local", "context=" + job.Context, "--local", "dockerfile=" + job.Context,
        "--allow", "network.host", "--opt", "force-network-mode=host", "--opt", $"build-arg:BASE={job.Base ?? registry + "/docker.io/library/golang:1.19"}",
        .. (string[])(job.IsUncached ? ["--no-cache"] : []),
        .. (string[])(job.Platforms is { } platforms ? ["--opt", "platform=" + platforms] : []),
        "--output", job.Output switch
        {
            JobOutput.Archive => $"type=oci,dest={directory}/buildkit.tar",
            JobOutput.PlainArchive => $"type=oci,compression=uncompressed,dest={directory}/buildkit.tar",
            _ => "type=image,name=" + Tag,
        },
    ];

    /// <inheritdoc/>
    public override ImmutableArray<string>? Push(string destination) => null; // it pushes only as a part of a build

    /// <inheritdoc/>
    public override async Task ForgetAsync(string image)
    {
        if (own is not null)
            await Tool.ShellAsync($"{string.Join(' ', own.Command)} image rm --force {Tag} {image}; true");
        await Tool.RunAsync("buildctl", "--addr", address, "prune", "--all");
    }
}
