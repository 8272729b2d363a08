using System.Diagnostics;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Exports;

/// <summary>Images in the storage of podman and buildah that an ordinary user has.</summary>
public sealed class ContainersStorageTests
{
    [Fact]
    public async Task A_users_buildah_has_the_image_with_its_owners()
    {
        Tool.Require("skopeo");
        Tool.Require("buildah");
        using TempDirectory work = new TempDirectory().OpenToAll();
        string home = work.Make("home");
        string context = Directory.CreateDirectory(Path.Combine(home, "context")).FullName;
        File.WriteAllText(Path.Combine(context, "Dockerfile"), "FROM scratch\nCOPY --chown=5:6 a /a\n");
        File.WriteAllText(Path.Combine(context, "a"), "A");
        ProcessStartInfo asked = new Store(Path.Combine(home, "store")).Start("build", "--progress=plain", "-t", "team/app:1", "-o", "type=containers-storage,driver=vfs", ".");
        asked.WorkingDirectory = context;
        ProcessStartInfo build = await OrdinaryUser.AsUserAsync(asked, home);
        Assert.SkipWhen(Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 }, "buildah would take the runtime directory of another user");
        (await Tool.CaptureAsync(build)).Succeeded();
        Outcome listed = await Tool.CaptureAsync(AsSameUser(build, "buildah", "--storage-driver=vfs", "images", "--format={{.Name}}:{{.Tag}}"));
        Assert.Equal("docker.io/team/app:1", listed.Succeeded().Trim());
        string script = "container=$(buildah --storage-driver=vfs from docker.io/team/app:1); stat -c %u:%g $(buildah --storage-driver=vfs mount $container)/a; buildah --storage-driver=vfs rm $container > /dev/null";
        Outcome owner = await Tool.CaptureAsync(AsSameUser(build, "buildah", "unshare", "sh", "-euc", script));
        Assert.Equal("5:6", owner.Succeeded().Trim());
    }

    // The arguments of setpriv up to "--", then another program.
    private static ProcessStartInfo AsSameUser(ProcessStartInfo build, params string[] command)
    {
        ProcessStartInfo other = new(build.FileName, [.. build.ArgumentList.TakeWhile(static a => a != "--"), "--", .. command]) { WorkingDirectory = build.WorkingDirectory };
        foreach ((string variable, string? value) in build.Environment)
            other.Environment[variable] = variable == "DOCKER_CONFIG" ? null : value; // buildah wants what it names to be there
        return other;
    }
}
