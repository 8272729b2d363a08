using System.Collections.Immutable;

namespace Caisson.Bench.Build.Peers;

/// <summary>Caisson with one of the OCI runtimes.</summary>
/// <param name="program">The shipped command.</param>
/// <param name="directory">For its stores.</param>
/// <param name="runtime">The runtime.</param>
internal sealed class CaissonPeer(string program, string directory, string runtime) : Peer
{
    private readonly string _home = Path.Combine(directory, "caisson-" + runtime);
    private string _store = Path.Combine(directory, "caisson-" + runtime);

    /// <inheritdoc/>
    public override string Name => $"Caisson ({runtime})";

    /// <inheritdoc/>
    public override bool IsOwn => true;

    /// <inheritdoc/>
    public override async Task<string> ReadVersionAsync() => (await Tool.RunAsync(program, "version")).Split('\n')[0];

    /// <inheritdoc/>
    public override Task LoadAsync(string layout, string name)
    {
        Directory.CreateDirectory(_store);
        return Tool.RunAsync("skopeo", "copy", "--quiet", "oci:" + layout, $"oci:{_store}/images:{name}");
    }

    /// <inheritdoc/>
    public override ImmutableArray<string>? Build(BuildJob job) =>
    [
        .. Command("build"), "--quiet", "--tag", Tag,
        .. (string[])(job.IsUncached ? ["--no-cache"] : []),
        .. (string[])(job.Platforms is { } platforms ? ["--platform", platforms] : []),
        .. (string[])(job.Network is { } network ? ["--network", network] : []),
        .. (string[])(job.Base is { } image ? ["--build-arg", "BASE=" + image] : []),
        .. (string[])(job.Output switch
        {
            JobOutput.Archive => ["--output", $"type=oci,dest={directory}/caisson.tar"],
            JobOutput.PlainArchive => ["--output", $"type=oci,compression=uncompressed,dest={directory}/caisson.tar"],
            _ => [],
        }),
        job.Context,
    ];

    /// <inheritdoc/>
    public override ImmutableArray<string>? Push(string destination) => [.. Command("push"), Tag, destination];

    /// <inheritdoc/>
    public override void BeginWorkload() => _store = _home;

    /// <inheritdoc/>
    public override Task ForgetAsync(string image)
    {
        if (_store != _home)
            Directory.Delete(_store, recursive: true);
        // A store of its own for each time: nothing is left of the earlier one.
        _store = Path.Combine(directory, $"caisson-{runtime}-{Guid.NewGuid():N}");
        return Task.CompletedTask;
    }

    private ImmutableArray<string> Command(string command) => ["env", "SOURCE_DATE_EPOCH=0", "CAISSON_ROOT=" + _store, "CAISSON_RUNTIME=" + runtime, program, command];
}
