using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Steps;

/// <summary>Builds that go on at the same time on one store, each in a process of its own.</summary>
public sealed class SimultaneousBuildTests(ExampleBases bases)
{
    private const int Builds = 8;

    [Fact]
    public async Task They_do_not_disturb_one_another()
    {
        using ScratchStore scratch = new();
        string archive = Path.Combine(scratch.Store.Root, "..", "base.tar");
        await bases.Debian;
        await bases.Store.RunAsync("save", "-o", archive, "debian:bookworm");
        await scratch.Store.RunAsync("load", "-i", archive);
        Project[] projects = [.. Enumerable.Range(0, Builds).Select(i => new Project(scratch.Store, $"FROM debian:bookworm\nRUN echo {i / 2} > /own && echo once > /shared\nCOPY file /\n"))];
        try
        {
            await Task.WhenAll(projects.Select(async (project, i) => (await project.File("file", "the same").TryBuildAsync("-t", $"build-{i}")).Succeeded()));
            string[] digests = await Task.WhenAll(projects.Select((_, i) => scratch.Store.RunAsync("inspect", "--show=digest", $"build-{i}")));
            Assert.Equal(Builds / 2, digests.Distinct().Count());
            Assert.All(Enumerable.Range(0, Builds / 2), i => Assert.Equal(digests[2 * i], digests[(2 * i) + 1]));
        }
        finally
        {
            foreach (Project project in projects)
                project.Dispose();
        }
    }
}
