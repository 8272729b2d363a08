using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Steps;

/// <summary>Cache mounts of builds in several processes.</summary>
public sealed class CacheLockTests(ExampleBases bases)
{
    private const int Builds = 3;

    // Were two steps at it at once, one could not make the directory.
    [Fact]
    public async Task A_cache_that_is_locked_is_used_by_one_process_after_the_other()
    {
        await bases.Debian;
        string id = Guid.NewGuid().ToString("N");
        Project[] projects =
        [
            .. Enumerable.Range(0, Builds).Select(i => new Project(bases.Store, $"FROM debian:bookworm\nRUN --mount=type=cache,id={id},target=/c,sharing=locked mkdir /c/busy && sleep 0.3 && rmdir /c/busy && echo {i} >> /c/done\n")),
        ];
        try
        {
            Outcome[] outcomes = await Task.WhenAll(projects.Select(static p => p.TryBuildAsync("--no-cache")));
            Assert.All(outcomes, static o => o.Succeeded());
            using Project look = new(bases.Store, $"FROM debian:bookworm\nRUN --mount=type=cache,id={id},target=/c sort /c/done | tr '\\n' ' '\n");
            Assert.Contains(" 0 1 2", (await look.TryBuildAsync("--no-cache")).Error, StringComparison.Ordinal);
        }
        finally
        {
            foreach (Project project in projects)
                project.Dispose();
        }
    }

    // A private cache that another process has is no reason to wait: each step waits for the other in a directory that both share.
    [Fact]
    public async Task A_cache_that_is_private_is_another_for_the_second_process()
    {
        await bases.Debian;
        string id = Guid.NewGuid().ToString("N");
        Project Meet(string own, string other) => new(
            bases.Store,
            $"FROM debian:bookworm\nRUN --mount=type=cache,id=meet-{id},target=/m --mount=type=cache,id={id},target=/p,sharing=private touch /m/{own} /p/{own}; timeout 60 sh -c 'until [ -e /m/{other} ]; do sleep 0.01; done' && echo sees $(ls /p)\n");
        using Project one = Meet("a", "b");
        using Project two = Meet("b", "a");
        Outcome[] outcomes = await Task.WhenAll(one.TryBuildAsync("--no-cache"), two.TryBuildAsync("--no-cache"));
        Assert.All(outcomes, static o => o.Succeeded());
        Assert.Contains("sees a\n", outcomes[0].Error, StringComparison.Ordinal);
        Assert.Contains("sees b\n", outcomes[1].Error, StringComparison.Ordinal);
    }
}
