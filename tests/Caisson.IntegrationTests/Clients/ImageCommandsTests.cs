using System.Diagnostics;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Clients;

/// <summary>Docker's commands about images against the daemon.</summary>
public sealed class ImageCommandsTests(ExampleBases bases)
{
    [Fact]
    public async Task Images_are_listed_named_saved_loaded_and_removed()
    {
        using TempDirectory work = new();
        await using ServedDaemon daemon = await ServedDaemon.StartAsync(new Store(work["store"]), work["c.sock"]);
        DockerClient docker = await DockerClient.ForAsync(daemon.Address, work.Make("config"));
        work.File("context/Dockerfile", "FROM scratch\nCOPY Dockerfile /\nCMD [\"/run\"]\n");
        (await docker.TryAsync(work["context"], null, "build", "-t", "app:1", ".")).Succeeded();
        string id = await docker.RunAsync("images", "--quiet", "--no-trunc", "app:1");
        await docker.RunAsync("tag", id[7..19], "team/app:two");
        Assert.Equal("app:1\nteam/app:two", string.Join('\n', (await docker.RunAsync("image", "ls", "--format", "{{.Repository}}:{{.Tag}}")).Split('\n').Order(StringComparer.Ordinal)));
        Assert.Contains("CMD [\"/run\"]", await docker.RunAsync("history", "--no-trunc", "app:1"), StringComparison.Ordinal);
        Assert.Equal(id, await docker.RunAsync("inspect", "--format", "{{.Id}}", "team/app:two"));

        await docker.RunAsync("save", "--output", work["saved.tar"], "app:1", "team/app:two");
        Assert.Contains("referenced in multiple repositories", (await docker.TryAsync("/", null, "rmi", id)).Failed(1), StringComparison.Ordinal);
        Assert.Equal($"Untagged: app:1\nUntagged: team/app:two\nDeleted: {id}", await docker.RunAsync("rmi", "--force", id));
        Assert.Equal("", await docker.RunAsync("images", "--quiet"));
        Assert.Equal("Loaded image: app:1\nLoaded image: team/app:two", await docker.RunAsync("load", "--input", work["saved.tar"]));
        Assert.Equal(id, await docker.RunAsync("images", "--quiet", "--no-trunc", "app:1"));

        // Both at once are one store.
        Assert.Contains("app", await new Store(work["store"]).RunAsync("images"), StringComparison.Ordinal);
        Assert.Contains("Build Cache", await docker.RunAsync("system", "df"), StringComparison.Ordinal);
        Assert.Contains("Total reclaimed space", await docker.RunAsync("builder", "prune", "--all", "--force"), StringComparison.Ordinal);
        Assert.Contains("deleted: " + id, await docker.RunAsync("image", "prune", "--all", "--force"), StringComparison.Ordinal);
        Assert.Contains("No such image", (await docker.TryAsync("/", null, "image", "inspect", "app:1")).Failed(1), StringComparison.Ordinal);
        Assert.Contains("caisson builds images and runs no containers", (await docker.TryAsync("/", null, "ps")).Failed(1), StringComparison.Ordinal);
        Assert.Contains("No such object", (await docker.TryAsync("/", null, "inspect", "nothing")).Failed(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_are_pushed_and_pulled_with_the_credentials_of_the_client()
    {
        using TempDirectory work = new();
        RegistryProtection protection = new();
        await using Registry registry = await Registry.StartAsync(protection);
        string name = $"{registry.Authority}/team/app:1";
        await using ServedDaemon daemon = await ServedDaemon.StartAsync(new Store(work["store"]), work["c.sock"], "--registry-ca", $"{registry.Authority}={protection.WriteCertificate(work["ca.pem"])}");
        DockerClient docker = await DockerClient.ForAsync(daemon.Address, work.Make("config"));
        work.File("context/Dockerfile", "FROM scratch\nLABEL of=push\n");
        (await docker.TryAsync(work["context"], null, "build", "-t", name, ".")).Succeeded();
        (await docker.TryAsync("/", null, "push", name)).Failed(1);
        work.File("wrong", "wrong").File("password", RegistryProtection.Password);
        (await docker.TryAsync("/", work["wrong"], "login", "--username", RegistryProtection.User, "--password-stdin", registry.Authority)).Failed(1);
        Assert.Contains("Login Succeeded", (await docker.TryAsync("/", work["password"], "login", "--username", RegistryProtection.User, "--password-stdin", registry.Authority)).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("digest: sha256:", await docker.RunAsync("push", name), StringComparison.Ordinal);
        await docker.RunAsync("rmi", name);
        Assert.Contains($"Downloaded newer image for {name}", await docker.RunAsync("pull", name), StringComparison.Ordinal);
        Assert.Contains("Image is up to date", await docker.RunAsync("pull", name), StringComparison.Ordinal);

        // A build has those of all registries; who has none is refused.
        await docker.RunAsync("rmi", name);
        await docker.RunAsync("builder", "prune", "--all", "--force");
        work.File("context/Dockerfile", $"FROM {name}\nLABEL of=base\n");
        DockerClient stranger = await DockerClient.ForAsync(daemon.Address, work.Make("other-config"));
        (await stranger.TryAsync(work["context"], null, "build", "--pull", ".")).Failed(1);
        (await docker.TryAsync(work["context"], null, "build", "--pull", ".")).Succeeded();
        (await stranger.TryAsync(work["context"], null, "build", "--pull", ".")).Failed(1);
    }

    [Fact]
    public async Task A_client_that_is_interrupted_ends_its_build_and_the_daemon_goes_on()
    {
        using TempDirectory work = new();
        const string mark = "98761";
        await using ServedDaemon daemon = await ServedDaemon.StartAsync(new Store(work["store"]), work["c.sock"]);
        DockerClient docker = await LoadedAsync(daemon, work);
        work.File("context/Dockerfile", $"FROM {TwoEngines.Base}\nRUN echo begun; sleep {mark}\n");
        await using (Server building = Server.Start(docker.Start(work["context"], null, "build", "."), signal: "INT"))
        {
            await building.SaysAsync(new("^begun"));
            Assert.NotEqual(0, await building.StopAsync());
        }
        await RunningProcesses.GoneAsync("sleep\0" + mark);
        work.File("context/Dockerfile", $"FROM {TwoEngines.Base}\nRUN echo after\n");
        Assert.Contains("Successfully built", (await docker.TryAsync(work["context"], null, "build", ".")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_its_end_a_daemon_cancels_what_does_not_end_in_time_and_leaves_nothing()
    {
        using TempDirectory work = new();
        const string mark = "98762";
        Store store = new(work["store"]);
        await using ServedDaemon daemon = await ServedDaemon.StartAsync(store, work["c.sock"], "--grace", "0s");
        DockerClient docker = await LoadedAsync(daemon, work);
        work.File("context/Dockerfile", $"FROM {TwoEngines.Base}\nRUN echo begun; sleep {mark}\n");
        await using Server building = Server.Start(docker.Start(work["context"], null, "build", "."));
        await building.SaysAsync(new("^begun"));
        Assert.Equal(0, await daemon.StopAsync());
        await building.SaysAsync(new("Build cancelled: the daemon ends"));
        Assert.Equal(1, await building.StopAsync());
        Assert.Null(RunningProcesses.With("sleep\0" + mark));
        Assert.False(File.Exists(daemon.SocketPath));
        Assert.DoesNotContain(work["store"], await File.ReadAllTextAsync("/proc/self/mounts", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(Leftovers.In(store.Root));
    }

    // A terminal that is closed sends it.
    [Fact]
    public async Task A_daemon_that_gets_a_hangup_leaves_nothing()
    {
        using TempDirectory work = new();
        Store store = new(work["store"]);
        await using Server daemon = Server.Start(store.Start(["serve", "--addr", "unix://" + work["c.sock"]]), signal: "HUP");
        await daemon.SaysAsync(new("^listening on "));
        Assert.Equal(0, await daemon.StopAsync());
        Assert.False(File.Exists(work["c.sock"]));
        Assert.Empty(Leftovers.In(store.Root));
    }

    private async Task<DockerClient> LoadedAsync(ServedDaemon daemon, TempDirectory work)
    {
        DockerClient docker = await DockerClient.ForAsync(daemon.Address, work.Make("config"));
        ProcessStartInfo save = bases.Store.Start("save", "-o", work["base.tar"], await bases.Debian);
        (await Tool.CaptureAsync(save)).Succeeded();
        string id = (await docker.RunAsync("load", "--input", work["base.tar"])).Split(": ", 2)[1];
        await docker.RunAsync("tag", id, TwoEngines.Base);
        return docker;
    }
}
