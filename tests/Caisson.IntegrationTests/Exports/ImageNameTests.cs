using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Exports;

/// <summary>The commands about the names of images.</summary>
public sealed class ImageNameTests : IDisposable
{
    private const int ImagesCode = 6;

    private readonly ScratchStore _scratch = new();

    private Store Store => _scratch.Store;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Images_are_listed_tagged_and_untagged()
    {
        await BuildAsync("one:1");
        await Store.RunAsync("tag", "one:1", "registry.example:5000/team/two");
        string[] rows = (await Store.RunAsync("images")).Split('\n');
        Assert.Matches("^REPOSITORY +TAG +IMAGE ID +PLATFORM +SIZE$", rows[0]);
        Assert.Matches("^one +1 +[0-9a-f]{12} +linux/", rows[1]);
        Assert.Matches("^registry\\.example:5000/team/two +latest +[0-9a-f]{12} +linux/", rows[2]);
        Assert.Equal(await Store.RunAsync("inspect", "--show=digest", "one:1"), await Store.RunAsync("inspect", "--show=digest", "registry.example:5000/team/two"));

        Assert.Equal("Untagged: docker.io/library/one:1", await Store.RunAsync("rmi", "one:1"));
        Assert.Equal(2, (await Store.RunAsync("images")).Split('\n').Length);
        (await Store.TryAsync("rmi", "one:1")).Failed(ImagesCode);
        Assert.StartsWith("sha256:", await Store.RunAsync("inspect", "--show=id", "registry.example:5000/team/two"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_is_inspected_in_parts()
    {
        await BuildAsync("parts");
        Assert.Contains("\"A=b\"", await Store.RunAsync("inspect", "parts"), StringComparison.Ordinal);
        Assert.Contains("\"schemaVersion\": 2", await Store.RunAsync("inspect", "--show=manifest", "parts"), StringComparison.Ordinal);
        Assert.Matches("^sha256:[0-9a-f]{64} [0-9]+ sha256:[0-9a-f]{64}$", await Store.RunAsync("inspect", "--show=layers", "parts"));
    }

    [Fact]
    public async Task A_quiet_build_prints_the_id_alone()
    {
        using Project project = new(Store, "FROM scratch\nENV A=b\n");
        Outcome outcome = await project.TryAsync("build", "-q", "-t", "quiet", ".");
        Assert.Equal(await Store.RunAsync("inspect", "--show=id", "quiet") + "\n", outcome.Succeeded());
        Assert.Equal("", outcome.Error);
    }

    private async Task BuildAsync(string name)
    {
        using Project project = new(Store, "FROM scratch\nCOPY file /\nENV A=b\n");
        (await project.File("file", "content").TryBuildAsync("-t", name)).Succeeded();
    }
}
