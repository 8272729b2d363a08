using System.Diagnostics;
using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Invariants;

/// <summary>A build that is killed at any moment leaves nothing behind that hinders the next one.</summary>
public sealed partial class KilledBuildTests
{
    private const int Kills = 12;
    private const int Seed = 20261121;

    [Fact]
    public async Task Killed_at_random_moments_a_build_can_be_done_again_and_leaves_no_mount_no_process_and_no_rubbish()
    {
        using TempDirectory directory = new();
        string project = directory["project"];
        Workload.Write(project);
        long before = Stopwatch.GetTimestamp();
        string expected = (await Tool.CaptureAsync(Start(project, directory["undisturbed"]))).Succeeded();
        TimeSpan duration = Stopwatch.GetElapsedTime(before);

        string store = directory["store"];
        Random random = new(Seed);
        for (int i = 0; i < Kills; i++)
        {
            // Each build goes on where the one before was killed, so later moments are of later steps. Every third begins anew.
            ProcessStartInfo start = Start(project, store, i % 3 == 2 ? ["--no-cache"] : []);
            start.RedirectStandardOutput = true;
            using Process build = Process.Start(start)!; // a new process, since no shell is used
            await Task.WhenAny(build.WaitForExitAsync(Token), Task.Delay(duration * random.NextDouble(), Token));
            build.Kill();
            await build.WaitForExitAsync(Token);
            await RunningProcesses.GoneAsync(store);
        }

        Assert.DoesNotContain(directory.Path + "/", await File.ReadAllTextAsync("/proc/self/mountinfo", Token), StringComparison.Ordinal);
        Assert.Equal(expected, (await Tool.CaptureAsync(Start(project, store))).Succeeded());
        Assert.Empty(Leftovers.In(store));
        Assert.Contains("\"layers\":", await Tool.RunAsync("skopeo", "inspect", "--raw", $"oci:{new Store(store).LayoutPath}:docker.io/library/killed:latest"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupted_a_build_stops_and_leaves_no_process()
    {
        using TempDirectory directory = new();
        string project = directory["project"];
        Workload.Write(project);
        File.AppendAllText(Path.Combine(project, "Dockerfile"), "\nUSER 0\nRUN echo the build waits; sleep 600");
        await using Server build = Server.Start(new Store(directory["store"]).Start("build", "--progress=plain", project));
        await build.SaysAsync(Waiting());
        Assert.Equal(143, await build.StopAsync());
        await RunningProcesses.GoneAsync(directory["store"]);
        Assert.Empty(Leftovers.In(directory["store"]));
    }

    [Fact]
    public async Task Killed_in_the_middle_of_a_step_a_build_is_remembered_as_interrupted_with_all_that_it_printed()
    {
        using TempDirectory directory = new();
        string project = directory["project"];
        Workload.Write(project);
        File.AppendAllText(Path.Combine(project, "Dockerfile"), "\nUSER 0\nRUN seq 1 5000; echo the build waits; sleep 600");
        Store store = new(directory["store"]);
        await using (Server build = Server.Start(store.Start("build", "--progress=plain", project), "KILL"))
        {
            await build.SaysAsync(Waiting());
            Assert.Equal(128 + 9, await build.StopAsync());
        }
        await RunningProcesses.GoneAsync(directory["store"]);
        Assert.StartsWith("interrupted", Assert.Single((await HistoryAsync(store, "ls", "--filter", "status=interrupted")).Split('\n').Skip(1), static l => l.Length > 0).Split("   ")[1], StringComparison.Ordinal);
        Assert.Contains(string.Concat(Enumerable.Range(1, 5000).Select(static i => $"{i}\n")) + "the build waits\n", await HistoryAsync(store, "logs", "^0"), StringComparison.Ordinal);
        await HistoryAsync(store, "rm", "^0");
        Assert.Equal("no builds\n", await HistoryAsync(store, "ls"));
    }

    private static async Task<string> HistoryAsync(Store store, params string[] arguments) => (await Tool.CaptureAsync(store.Start(["history", .. arguments]))).Succeeded();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ProcessStartInfo Start(string project, string store, params string[] options)
    {
        ProcessStartInfo start = new Store(store).Start(["build", "--quiet", "--tag", "killed", .. options, "."]);
        start.WorkingDirectory = project;
        return start;
    }

    // The lock of the work areas and an empty one are for ever.
    [GeneratedRegex(@"\d the build waits$")]
    private static partial Regex Waiting();
}
