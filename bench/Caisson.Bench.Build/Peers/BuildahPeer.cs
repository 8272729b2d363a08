using System.Collections.Immutable;

namespace Caisson.Bench.Build.Peers;

/// <summary>buildah, with its own store.</summary>
/// <param name="directory">For its store.</param>
internal sealed class BuildahPeer(string directory) : Peer
{
    private readonly string[] _buildah =
        ["env", "TMPDIR=" + directory, "buildah", "--root", directory + "/buildah", "--runroot", directory + "/buildah-run", "--storage-driver", "overlay"];

    /// <inheritdoc/>
    public override string Name => "buildah";

    /// <inheritdoc/>
    public override async Task<string> ReadVersionAsync() => (await Tool.RunAsync("buildah", "--version")).Trim();

    /// <inheritdoc/>
    public override Task LoadAsync(string layout, string name) =>
        Tool.RunAsync("skopeo", "copy", "--quiet", "oci:" + layout, $"containers-storage:[overlay@{directory}/buildah+{directory}/buildah-run]{name}");

    /// <inheritdoc/>
    public override ImmutableArray<string>? Build(BuildJob job)
    {
        string[] build =
        [
            .. _buildah, "build", "--runtime", "runc", "--quiet", "--layers", "--jobs", "4", "--network", "host", "--tls-verify=false", "--pull=missing",
            .. (string[])(job.Platforms is { } platforms ? ["--platform", platforms, "--manifest", Tag + "-platforms"] : ["--tag", Tag]),
            .. (string[])(job.IsUncached ? ["--no-cache"] : []),
            .. (string[])(job.Base is { } image ? ["--build-arg", "BASE=" + image] : []),
            job.Context,
        ];
        string archive = $"oci-archive:{directory}/buildah.tar";
        string[]? push = job.Output switch
        {
            JobOutput.Archive => [.. _buildah, "push", "--quiet", Tag, archive],
            JobOutput.PlainArchive => [.. _buildah, "push", "--quiet", "--disable-compression", Tag, archive],
            _ => null,
        };
        return push is null ? [.. build] : ["sh", "-c", $"{string.Join(' ', build)} && {string.Join(' ', push)}"];
    }

    /// <inheritdoc/>
    public override ImmutableArray<string>? Push(string destination) => [.. _buildah, "push", "--quiet", "--tls-verify=false", Tag, "docker://" + destination];

    /// <inheritdoc/>
    public override Task ForgetAsync(string image) => Tool.RunAsync([.. _buildah, "rmi", "--all", "--force"]);
}
