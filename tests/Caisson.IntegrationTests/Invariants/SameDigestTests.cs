using System.Diagnostics;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Invariants;

/// <summary>Same inputs, same digest: whoever builds, where, when, with how many processors.</summary>
public sealed class SameDigestTests
{
    private const string Epoch = "--build-arg=SOURCE_DATE_EPOCH=1577934245";

    [Fact]
    public async Task The_digest_depends_on_nothing_but_the_input()
    {
        using TempDirectory directory = new();
        string expected = await DigestAsync(directory, "plain", static start => start);
        string[] others =
        [
            await DigestAsync(directory, "a folder with spaces/and depth", static start => start, isBackwards: true),
            await DigestAsync(directory, "one-processor", static start => Under(start, Tool.Require("taskset"), "--cpu-list", "0")),
            await DigestAsync(directory, "umask", static start => Under(start, "sh", "-c", "umask 077; exec \"$@\"", "sh")),
            await DigestAsync(directory, "surroundings", static start =>
            {
                start.Environment["TZ"] = "Pacific/Kiritimati";
                start.Environment["LC_ALL"] = "tr_TR.UTF-8";
                start.Environment["HOSTNAME"] = "elsewhere";
                return start;
            }),
        ];
        Assert.All(others, digest => Assert.Equal(expected, digest));
    }

    [Fact]
    public async Task The_digest_is_the_same_for_root_and_for_an_ordinary_user()
    {
        using TempDirectory directory = new TempDirectory().OpenToAll();
        string expected = await DigestAsync(directory, "root", static start => start);
        string home = directory.Make("home");
        Workload.Write(Path.Combine(home, "project"));
        ProcessStartInfo start = await OrdinaryUser.AsUserAsync(Start(Path.Combine(home, "project"), Path.Combine(home, "store")), home);
        Assert.Equal(expected, (await Tool.CaptureAsync(start)).Succeeded());
    }

    // Older than the image, so that no time is lowered to its.
    [Fact]
    public async Task The_digest_does_not_depend_on_the_times_of_a_checkout()
    {
        using TempDirectory directory = new TempDirectory().OpenToAll();
        string home = directory.Make("home");
        string root = directory["root"], user = Path.Combine(home, "project");
        WriteAt(DateTimeOffset.FromUnixTimeSeconds(1_000_000_000), root);
        WriteAt(DateTimeOffset.FromUnixTimeMilliseconds(1_100_000_000_123), user);
        string expected = (await Tool.CaptureAsync(Start(root, directory["root-store"], Epoch))).Succeeded();
        ProcessStartInfo start = await OrdinaryUser.AsUserAsync(Start(user, Path.Combine(home, "store"), Epoch), home);
        Assert.Equal(expected, (await Tool.CaptureAsync(start)).Succeeded());
    }

    [Theory]
    [InlineData("crun")]
    [InlineData("runc")]
    public async Task The_digest_does_not_depend_on_the_runtime(string runtime)
    {
        Tool.Require(runtime);
        using TempDirectory directory = new();
        string expected = await DigestAsync(directory, "default", static start => start);
        string other = await DigestAsync(directory, runtime, start =>
        {
            start.Environment["CAISSON_RUNTIME"] = runtime;
            return start;
        });
        Assert.Equal(expected, other);
    }

    private static void WriteAt(DateTimeOffset time, string project)
    {
        Workload.Write(project);
        foreach (string path in Directory.GetFileSystemEntries(project, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(path, time.UtcDateTime);
    }

    private static async Task<string> DigestAsync(TempDirectory directory, string name, Func<ProcessStartInfo, ProcessStartInfo> surround, bool isBackwards = false)
    {
        string project = directory[name];
        Workload.Write(project, isBackwards);
        return (await Tool.CaptureAsync(surround(Start(project, directory[name + "-store"])))).Succeeded();
    }

    // Prints the image's id: the digest of its config, which names every layer.
    private static ProcessStartInfo Start(string project, string store, params string[] options)
    {
        ProcessStartInfo start = new Store(store).Start(["build", "--quiet", "--tag", "same", .. options, "."]);
        start.WorkingDirectory = project;
        return start;
    }

    private static ProcessStartInfo Under(ProcessStartInfo start, string program, params string[] arguments)
    {
        ProcessStartInfo outer = new(program, [.. arguments, start.FileName, .. start.ArgumentList]) { WorkingDirectory = start.WorkingDirectory };
        foreach ((string variable, string? value) in start.Environment)
            outer.Environment[variable] = value;
        return outer;
    }
}
