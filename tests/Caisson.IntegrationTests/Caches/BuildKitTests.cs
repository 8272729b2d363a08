using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Caches;

/// <summary>BuildKit and Caisson, each given a cache that the other one wrote: neither finds anything in it, and neither fails for it.</summary>
public sealed class BuildKitTests
{
    private const string Dockerfile = "FROM scratch\nCOPY a /a\nCOPY b /b\n";

    [Fact]
    public async Task Each_goes_on_with_a_cache_of_the_other()
    {
        using TempDirectory work = new();
        await using DockerEngine engine = await DockerEngine.StartAsync(work["engine"], """{"features": {"containerd-snapshotter": true}}""");
        using Project project = new(new Store(work["store"]), Dockerfile);
        project.File("a", "A").File("b", "B");
        string manifest = work["manifest"], index = work["index"], theirs = work["theirs"];
        (await project.TryBuildAsync("--cache-to", $"type=local,dest={manifest}", "--cache-to", $"type=local,dest={index},image-manifest=false")).Succeeded();
        foreach (string cache in (string[])[manifest, index])
            await engine.RunAsync("buildx", "build", "--progress=plain", "--provenance=false", "--cache-from", "type=local,src=" + cache, "--output=type=cacheonly", project.Path);
        await engine.RunAsync("buildx", "build", "--provenance=false", "--cache-to", "type=local,dest=" + theirs, "--output=type=cacheonly", project.Path);
        Outcome built = await project.TryBuildAsync("--cache-from", "type=local,src=" + theirs);
        built.Succeeded();
        Assert.Contains("CSN2121", built.Error, StringComparison.Ordinal);
    }
}
