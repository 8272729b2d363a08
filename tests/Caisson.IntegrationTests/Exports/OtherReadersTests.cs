using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Exports;

/// <summary>What is pushed, read by the registry tools of others.</summary>
public sealed class OtherReadersTests(ScratchStore scratch) : IClassFixture<ScratchStore>
{
    [Fact]
    public async Task Crane_finds_images_whole_and_oras_carries_them_with_what_refers_to_them()
    {
        string crane = await DockerEngine.ProgramAsync("crane");
        string oras = await DockerEngine.ProgramAsync("oras");
        await using Registry registry = await Registry.StartAsync();
        string name = $"{registry.Authority}/team/app";
        using Project project = new(scratch.Store, "FROM scratch\nARG TARGETARCH\nCOPY file /$TARGETARCH/\nCOPY file /again\n");
        project.File("file", "content").File("note.txt", "a note");
        (await project.TryBuildAsync("--platform=linux/amd64,linux/arm64", "-t", $"{name}:several", "--push")).Succeeded();
        (await project.TryBuildAsync("-o", $"type=registry,name={name}:lazy,compression=estargz")).Succeeded();
        (await project.TryBuildAsync("-o", $"type=registry,name={name}:docker,oci-mediatypes=false")).Succeeded();

        foreach (string tag in (string[])["several", "lazy", "docker"])
            Assert.Equal($"PASS: {name}:{tag}", (await Tool.RunAsync(crane, "validate", "--remote", $"{name}:{tag}")).Trim());

        string digest = (await Tool.RunAsync(crane, "digest", $"{name}:several")).Trim();
        await Tool.RunAsync(oras, "attach", "--plain-http", "--disable-path-validation", "--artifact-type=application/x.note", $"{name}:several", Path.Combine(project.Path, "note.txt"));
        await scratch.Store.RunAsync("image", "cp", "--quiet", "--referrers", $"docker://{name}:several", $"docker://{registry.Authority}/other/app:copied");
        Assert.Equal(digest, (await Tool.RunAsync(crane, "digest", $"{registry.Authority}/other/app:copied")).Trim());
        Assert.Contains("application/x.note", await Tool.RunAsync(oras, "discover", "--plain-http", $"{registry.Authority}/other/app:copied"), StringComparison.Ordinal);

        string layout = Path.Combine(project.Path, "layout");
        await Tool.RunAsync(oras, "copy", "--recursive", "--from-plain-http", "--to-oci-layout", $"{name}:several", layout + ":several");
        Assert.Contains(digest, await scratch.Store.RunAsync("image", "inspect", $"oci:{layout}:several"), StringComparison.Ordinal);
    }
}
