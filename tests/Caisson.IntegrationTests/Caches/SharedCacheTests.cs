using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Caches;

/// <summary>Caches that go from one store to another, as two machines have them, through a real registry and a directory.</summary>
public sealed class SharedCacheTests
{
    // Without programs, so that it needs no base image.
    private const string Dockerfile =
        """
        FROM scratch AS build
        COPY src /src
        WORKDIR /src/made
        FROM scratch
        COPY --from=build /src /app
        COPY last /
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cache_in_a_registry_is_taken_by_another_machine_and_read_by_other_tools()
    {
        await using Registry registry = await Registry.StartAsync();
        string cache = $"{registry.Authority}/team/app:cache";
        using ScratchStore one = new();
        using ScratchStore other = new();
        string id = await BuildAsync(one.Store, "--quiet", "--cache-to", $"type=registry,ref={cache},mode=max");
        Assert.Contains("\"application/vnd.buildkit.cacheconfig.v0\"", await Tool.RunAsync("skopeo", "inspect", "--tls-verify=false", "--raw", "docker://" + cache), StringComparison.Ordinal);
        using Project project = NewProject(other.Store);
        Outcome outcome = await project.TryBuildAsync("--cache-from", cache, "--iidfile", "id");
        outcome.Succeeded();
        Assert.DoesNotContain(new BuildLog(outcome.Error).Ran, step => new BuildLog(outcome.Error).Steps[step].StartsWith('['));
        Assert.Equal(id, await File.ReadAllTextAsync(Path.Combine(project.Path, "id"), Token));
        Assert.Contains($"from the cache {cache}", await other.Store.RunAsync("explain", "^0"), StringComparison.Ordinal);
        Assert.Contains("\"from\": ", await other.Store.RunAsync("history", "inspect", "^0", "--format", "json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_carries_its_own_cache_through_a_registry()
    {
        await using Registry registry = await Registry.StartAsync();
        string name = $"{registry.Authority}/team/app:1";
        using ScratchStore one = new();
        using ScratchStore other = new();
        await BuildAsync(one.Store, "--build-arg", "BUILDKIT_INLINE_CACHE=1", "-t", name, "--push");
        using Project project = NewProject(other.Store);
        Outcome outcome = await project.TryBuildAsync("--cache-from", name);
        outcome.Succeeded();
        BuildLog log = new(outcome.Error);
        Assert.False(log.HasRun("COPY last"));
        Assert.False(log.HasRun("COPY --from=build"));
    }

    // What was there before, or what came after: never something between the two.
    [Fact]
    public async Task Killed_while_it_exports_a_build_leaves_a_whole_cache()
    {
        using TempDirectory directory = new();
        string cache = directory["cache"];
        using ScratchStore one = new();
        using Project project = NewProject(one.Store);
        (await project.TryBuildAsync("--cache-to", $"type=local,dest={cache}")).Succeeded();
        for (int i = 0; i < 5; i++)
        {
            project.File("large" + i, new string((char)('a' + i), 3_000_000)).File("Dockerfile", Dockerfile + $"\nCOPY large{i} /");
            await using (Server build = Server.Start(project.Start("build", "--progress=plain", "--cache-to", $"type=local,dest={cache}", "."), "KILL"))
            {
                await build.SaysAsync(new System.Text.RegularExpressions.Regex("exporting cache to"));
                await build.StopAsync();
            }
            await RunningProcesses.GoneAsync(one.Store.Root);
            using ScratchStore other = new();
            using Project again = NewProject(other.Store);
            Outcome outcome = await again.TryBuildAsync("--cache-from", $"type=local,src={cache}");
            outcome.Succeeded();
            Assert.DoesNotContain("warning", outcome.Error, StringComparison.Ordinal);
            Assert.False(new BuildLog(outcome.Error).HasRun("COPY last"));
        }
    }

    [Theory]
    [InlineData("--cache-to=type=azblob,name=x", "Azure")]
    [InlineData("--cache-to=type=nothing", "no type of cache")]
    [InlineData("--cache-to=type=registry", "ref= is missing")]
    [InlineData("--cache-to=type=local", "dest= is missing")]
    [InlineData("--cache-to=type=local,dest=x,mode=all", "neither min nor max")]
    [InlineData("--cache-to=type=inline,mode=max", "mode=min")]
    [InlineData("--cache-to=type=local,dest=x,compression=lzma", "no compression")]
    [InlineData("--cache-to=type=local,dest=x,unknown=1", "not known here")]
    [InlineData("--cache-to=type=local,dest=x,oci-mediatypes=false,image-manifest=true", "needs oci-mediatypes")]
    [InlineData("--cache-from=type=inline", "by its name")]
    [InlineData("--cache-from=type=local", "src= is missing")]
    [InlineData("--cache-from=type=local,src=x,timeout=soon", "no time")]
    [InlineData("--cache-from=type=local,src=x,digest=1", "no digest")]
    [InlineData("--cache-from=registry.example/UPPER", "lower case")]
    [InlineData("--cache-from=type=s3,bucket=b", "region= is missing")]
    [InlineData("--cache-from=type=s3,bucket=b,region=r,access_key_id=id", "together")]
    [InlineData("--cache-from=type=s3,bucket=b,region=r,secret_access_key=TOPSECRET,access_key_id=i,endpoint_url=nowhere", "endpoint_url= is no address")]
    [InlineData("--cache-from=type=gha", "ACTIONS_RUNTIME_TOKEN")]
    [InlineData("--cache-from=type=gha,token=TOPSECRET", "ACTIONS_CACHE_URL")]
    public async Task What_is_wrong_on_the_command_line_is_said_without_secrets(string option, string said)
    {
        using ScratchStore store = new();
        using Project project = NewProject(store.Store);
        Outcome outcome = await project.TryBuildAsync(option);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(said, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("TOPSECRET", outcome.Error, StringComparison.Ordinal);
    }

    private static Project NewProject(Store store) => new Project(store, Dockerfile).File("src/a", "A").File("src/b/c", "C").File("last", "L");

    private static async Task<string> BuildAsync(Store store, params string[] arguments)
    {
        using Project project = NewProject(store);
        return (await project.TryAsync(["build", .. arguments, "."])).Succeeded().TrimEnd('\n');
    }
}
