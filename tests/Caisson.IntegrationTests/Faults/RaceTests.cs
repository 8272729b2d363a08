using System.Diagnostics;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Faults;

/// <summary>Processes that build, tidy up, look and forget at the same time on one store: each build comes to what it always comes to.</summary>
public sealed class RaceTests
{
    private const int Builders = 3;
    private const int Builds = 4;
    private const int Seed = 20261121;

    private static readonly string[][] Housekeeping =
    [
        ["prune", "--force"], ["prune", "--all", "--force"], ["prune", "--all", "--force", "--filter", "type=regular"], ["du"], ["history", "ls"], ["history", "rm", "--all"], ["images"], ["explain"],
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Builds_are_right_whatever_others_do_to_the_store_meanwhile()
    {
        using TempDirectory directory = new();
        string[] projects = [.. Enumerable.Range(0, 2).Select(i => Write(directory, i))];
        string[] expected = await Task.WhenAll(projects.Select((p, i) => BuildAsync(p, directory[$"undisturbed-{i}"])));
        string store = directory["store"];
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<int> housekeeping = KeepHouseAsync(store, new Random(Seed), done.Token);
        await Task.WhenAll(Enumerable.Range(0, Builders).Select(async builder =>
        {
            Random random = new(Seed + builder + 1);
            for (int i = 0; i < Builds; i++)
            {
                int project = random.Next(projects.Length);
                string[][] options = [[], ["--no-cache"], ["--max-size", "1m"], ["-o", $"type=oci,dest={directory[$"out-{builder}.tar"]}"]];
                Assert.Equal(expected[project], await BuildAsync(projects[project], store, options[random.Next(options.Length)]));
            }
        }));
        await done.CancelAsync();
        Assert.True(await housekeeping > Builds, "too little was done to have met a build");
        Assert.Equal(expected, (string[])[await BuildAsync(projects[0], store), await BuildAsync(projects[1], store)]);
        Assert.Equal(["lock", "spare"], Directory.GetFileSystemEntries(Path.Combine(store, "tmp")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    // With nothing of a build in the history there is nothing to explain.
    private static async Task<int> KeepHouseAsync(string store, Random random, CancellationToken ct)
    {
        int count = 0;
        for (; !ct.IsCancellationRequested; count++)
        {
            string[] command = Housekeeping[random.Next(Housekeeping.Length)];
            Outcome outcome = await new Store(store).TryAsync(command);
            Assert.True(outcome.ExitCode == 0 || (command[0] == "explain" && outcome.Error.Contains("error CSN209", StringComparison.Ordinal)), outcome.ToString());
        }
        return count;
    }

    // Both projects have steps in common: at times they wait for one another.
    private static string Write(TempDirectory directory, int number)
    {
        string project = directory.Make($"project-{number}");
        File.Copy(Tool.Require("busybox"), Path.Combine(project, "busybox"));
        directory.File($"project-{number}/Dockerfile", $"""
            FROM scratch AS base
            COPY busybox /bin/
            RUN ["/bin/busybox", "--install", "-s", "/bin"]
            FROM base AS made
            RUN --mount=type=cache,target=/c date >> /c/dates; seq 1 20000 > /numbers; echo {number} > /own
            FROM base
            COPY --from=made /numbers /own /result/
            RUN sha256sum /result/* > /sums
            """);
        File.SetLastWriteTimeUtc(Path.Combine(project, "busybox"), DateTime.UnixEpoch);
        return project;
    }

    private static async Task<string> BuildAsync(string project, string store, params string[] options)
    {
        ProcessStartInfo start = new Store(store).Start(["build", "--quiet", "--tag", Path.GetFileName(project), .. options, "."]);
        start.WorkingDirectory = project;
        return (await Tool.CaptureAsync(start)).Succeeded();
    }
}
