using System.Diagnostics;
using Caisson.Conformance.Catalog;
using Caisson.Conformance.Images;
using Caisson.Conformance.Testing;

namespace Caisson.Conformance.Builders;

/// <summary>Buildah of the machine: the second opinion where the other two do not agree.</summary>
/// <remarks>That of Debian 12 knows no heredocs and only some of the flags: what it refuses says little.</remarks>
/// <param name="directory">A directory for all that it writes.</param>
internal sealed class Buildah(string directory) : IBuilder
{
    private const string Program = "buildah";

    /// <summary>Whether it is installed.</summary>
    public static bool IsThere => Tool.Find(Program) is not null;

    /// <summary>Whether it is installed, in a version.</summary>
    public static async Task<bool> IsVersionAsync(string version, CancellationToken ct) =>
        IsThere && (await Tool.RunAsync(new ProcessStartInfo(Program, ["--version"]), ct)).Text.Contains($"version {version}.", StringComparison.Ordinal);

    public async Task<BuildOutcome> BuildAsync(CaseFolder folder, string output, CancellationToken ct)
    {
        string name = "conformance-" + Path.GetFileName(Path.GetDirectoryName(output));
        ProcessStartInfo start = folder.Start(Program, [.. Storage, "build", "--no-cache", "--layers", "--format=docker", "--network=host", "--pull=never", .. Runtime, "--tag=" + name]);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        (int exitCode, string log) = await Tool.RunAsync(start, ct, folder.Input);
        if (exitCode != 0)
            return new BuildOutcome.Refused(now, log);
        await Tool.SucceedAsync(new ProcessStartInfo(Program, [.. Storage, "push", "--quiet", name, $"oci:{output}:image"]), ct);
        return new BuildOutcome.Built(now, log, ImageLayout.Read(output));
    }

    /// <summary>Takes an image in.</summary>
    /// <param name="archive">A Docker archive.</param>
    public Task LoadAsync(string archive, CancellationToken ct) => Tool.SucceedAsync(new ProcessStartInfo(Program, [.. Storage, "pull", "--quiet", "docker-archive:" + archive]), ct);

    // The one that BuildKit uses; crun, which buildah prefers, wants control groups of another kind.
    private static string[] Runtime => Tool.Find("runc") is { } runc ? ["--runtime=" + runc] : [];

    private string[] Storage => ["--root", Path.Combine(directory, "images"), "--runroot", Path.Combine(directory, "run"), "--storage-driver", "vfs"];
}
