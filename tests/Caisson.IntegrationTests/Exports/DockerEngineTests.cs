using System.Diagnostics;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Exports;

/// <summary>Images that are given to a Docker engine, with either of its image stores.</summary>
public sealed class DockerEngineTests
{
    private const string First = "FROM scratch\nCOPY a /a\nCOPY b /b\nCMD [\"/a\"]\n";

    [Theory]
    [InlineData("""{"features": {"containerd-snapshotter": false}}""")]
    [InlineData("""{"features": {"containerd-snapshotter": true}}""")]
    public async Task An_engine_gets_an_image_and_then_one_on_top_of_it(string configuration)
    {
        using TempDirectory work = new();
        await using DockerEngine engine = await DockerEngine.StartAsync(work["engine"], configuration);
        using Project project = new(new Store(work["store"]), First);
        project.File("a", "A").File("b", "B").File("c", "C");

        await BuildAsync(project, engine, "-t", "app:1", "-t", "team/app:one", "--load");
        Assert.Equal("A", await ReadAsync(engine, work["1"], "app:1", "a"));
        Assert.Equal(await engine.RunAsync("image", "inspect", "--format={{.Id}}", "app:1"), await engine.RunAsync("image", "inspect", "--format={{.Id}}", "team/app:one"));

        // Layers that it has need not be sent, and the image is whole.
        project.File("Dockerfile", First + "COPY c /c\n");
        await BuildAsync(project, engine, "-t", "app:2", "-o", "type=docker");
        Assert.Equal("C", await ReadAsync(engine, work["2"], "app:2", "c"));
        Assert.Equal("B", await ReadAsync(engine, work["3"], "app:2", "b"));
        string[] layers = (await engine.RunAsync("image", "inspect", "--format={{json .RootFS.Layers}}", "app:1", "app:2")).Split('\n');
        Assert.StartsWith(layers[0].TrimEnd(']'), layers[1], StringComparison.Ordinal);

        // What it has removed meanwhile is sent again.
        await engine.RunAsync("image", "rm", "--force", "app:1", "team/app:one", "app:2");
        await BuildAsync(project, engine, "-t", "app:2", "--load");
        Assert.Equal("A", await ReadAsync(engine, work["4"], "app:2", "a"));
    }

    private static async Task BuildAsync(Project project, DockerEngine engine, params string[] arguments)
    {
        ProcessStartInfo start = project.Start(["build", "--progress=plain", .. arguments, "."]);
        start.Environment["DOCKER_HOST"] = engine.Address;
        (await Tool.CaptureAsync(start)).Succeeded();
    }

    private static async Task<string> ReadAsync(DockerEngine engine, string target, string image, string path)
    {
        string container = await engine.RunAsync("create", "--network=none", image);
        await engine.RunAsync("cp", $"{container}:/{path}", target);
        await engine.RunAsync("rm", container);
        return File.ReadAllText(target);
    }
}
