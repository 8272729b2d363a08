using System.Diagnostics;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Invariants;

/// <summary>Housekeeping by one process never takes from another what it needs, and may be killed.</summary>
public sealed class PruneTests
{
    private const int Builds = 8;
    private const int Kills = 8;
    private const int Seed = 20261121;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_one_process_prunes_over_and_over_every_build_of_another_is_right()
    {
        using TempDirectory directory = new();
        string project = directory["project"];
        Workload.Write(project);
        string expected = await BuildAsync(project, directory["undisturbed"]);
        string store = directory["store"];
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<int> pruning = PruneUntilAsync(store, done.Token);
        for (int i = 0; i < Builds; i++)
            Assert.Equal(expected, await BuildAsync(project, store, i % 3 == 2 ? ["--no-cache"] : []));
        await done.CancelAsync();
        Assert.True(await pruning > Builds / 2, "too few prunes to have met a build");
        Assert.Equal(expected, await BuildAsync(project, store));
    }

    [Fact]
    public async Task Builds_that_keep_a_store_small_do_not_disturb_each_other()
    {
        using TempDirectory directory = new();
        string project = directory["project"];
        Workload.Write(project);
        string expected = await BuildAsync(project, directory["undisturbed"]);
        string store = directory["store"];
        string[][] both = await Task.WhenAll(RepeatAsync(), RepeatAsync());
        Assert.All(both.SelectMany(static b => b), built => Assert.Equal(expected, built));

        async Task<string[]> RepeatAsync()
        {
            List<string> built = [];
            for (int i = 0; i < Builds / 2; i++)
                built.Add(await BuildAsync(project, store, ["--max-size", "3m"]));
            return [.. built];
        }
    }

    [Fact]
    public async Task Killed_at_random_moments_a_prune_leaves_a_store_that_builds_and_the_next_one_frees_the_rest()
    {
        using TempDirectory directory = new();
        string project = directory["project"];
        Workload.Write(project);
        string store = directory["store"];
        string expected = await BuildAsync(project, store);
        long before = Stopwatch.GetTimestamp();
        await new Store(store).RunAsync("prune", "--all", "--force");
        TimeSpan duration = Stopwatch.GetElapsedTime(before);
        Random random = new(Seed);
        for (int i = 0; i < Kills; i++)
        {
            Assert.Equal(expected, await BuildAsync(project, store));
            ProcessStartInfo start = new Store(store).Start("prune", "--all", "--force");
            start.RedirectStandardOutput = true;
            using Process prune = Process.Start(start)!; // a new process, since no shell is used
            await Task.WhenAny(prune.WaitForExitAsync(Token), Task.Delay(duration * random.NextDouble(), Token));
            prune.Kill();
            await prune.WaitForExitAsync(Token);
        }
        Assert.Equal(expected, await BuildAsync(project, store));
        await new Store(store).RunAsync("prune", "--all", "--force");
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(store, "layers")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(store, "cache-mounts")));
        Assert.Empty(Leftovers.In(store));
        await Tool.RunAsync("skopeo", "inspect", "--raw", $"oci:{new Store(store).LayoutPath}:docker.io/library/pruned:latest");
    }

    private static async Task<int> PruneUntilAsync(string store, CancellationToken ct)
    {
        int count = 0;
        for (; !ct.IsCancellationRequested; count++)
            (await new Store(store).TryAsync("prune", "--all", "--force")).Succeeded();
        return count;
    }

    private static async Task<string> BuildAsync(string project, string store, params string[] options)
    {
        ProcessStartInfo start = new Store(store).Start(["build", "--quiet", "--tag", "pruned", .. options, "."]);
        start.WorkingDirectory = project;
        return (await Tool.CaptureAsync(start)).Succeeded();
    }
}
