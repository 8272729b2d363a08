using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Running;

/// <summary>Steps for other processors: QEMU runs them, and this machine is not told.</summary>
public sealed class EmulationTests(ForeignPrograms programs) : IClassFixture<ForeignPrograms>
{
    private const string Dockerfile = "FROM scratch\nARG TARGETARCH\nCOPY app-$TARGETARCH /app\nRUN [\"/app\", \"x\"]\n";

    [Theory]
    [InlineData("crun")]
    [InlineData("runc")]
    public async Task A_step_runs_with_all_programs_that_it_starts(string runtime)
    {
        using ScratchStore scratch = new();
        using Project project = await ProjectAsync(scratch.Store);
        using TempDirectory output = new();
        string tar = output["out.tar"];
        Outcome built = await scratch.Store.TryAsync("--runtime", runtime, "build", "--progress=plain", "--platform=linux/arm64,linux/amd64,linux/arm/v7", "-o", "type=tar,dest=" + tar, project.Path);
        built.Succeeded();
        Assert.Contains("4:1: warning CSN2053: this step is for linux/arm64 and runs emulated, by qemu-aarch64: that is slow", built.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("this step is for linux/amd64", built.Error, StringComparison.Ordinal);
        Assert.Contains("arm64 [/app x] 0", built.Error, StringComparison.Ordinal);
        string listed = await Tool.RunAsync("tar", "--numeric-owner", "-tvf", tar);
        foreach ((string platform, string architecture) in new[] { ("linux_arm64", "arm64"), ("linux_amd64", "amd64"), ("linux_arm_v7", "arm") })
        {
            Assert.Equal($"{architecture} [other-name child] 0\n", await Tool.RunAsync("tar", "-xOf", tar, platform + "/child"));
            Assert.Matches($@"-rw-r----- 1/2 .* {platform}/child", listed);
        }
        Assert.False(File.Exists("/proc/sys/fs/binfmt_misc/qemu-aarch64"), "this machine was told of the emulator");
    }

    [Fact]
    public async Task An_ordinary_user_gets_the_same()
    {
        using ScratchStore scratch = new();
        using Project project = await ProjectAsync(scratch.Store);
        string[] build = ["build", "-q", "--platform=linux/arm64,linux/arm/v7", "-t", "app:1", project.Path];
        string root = await scratch.Store.RunAsync(build);
        await Tool.RunAsync("chmod", "-R", "a+rX", project.Path);
        using TempDirectory home = new();
        Store own = new(home["store"]);
        Outcome user = await Tool.CaptureAsync(await OrdinaryUser.AsUserAsync(own.Start(build), home.Path));
        Assert.Equal(root, user.Succeeded().TrimEnd('\n'));
    }

    [Fact]
    public async Task An_image_for_another_processor_runs()
    {
        using ScratchStore scratch = new();
        using Project project = await ProjectAsync(scratch.Store);
        await scratch.Store.RunAsync("build", "-q", "--platform=linux/arm64,linux/amd64", "-t", "app:1", project.Path);
        Assert.Equal("arm64 [/app child] 0", await scratch.Store.RunAsync("run", "--platform=linux/arm64", "app:1", "/app", "child"));
        Assert.Equal("amd64 [/app child] 0", await scratch.Store.RunAsync("run", "app:1", "/app", "child"));
    }

    private async Task<Project> ProjectAsync(Store store)
    {
        Tool.Require("qemu-aarch64-static");
        Project project = new(store, Dockerfile);
        await programs.CopyToAsync(project.Path);
        return project;
    }
}
