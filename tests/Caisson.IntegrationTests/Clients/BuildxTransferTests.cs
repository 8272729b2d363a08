using System.Text;
using System.Text.Json;
using Caisson.IntegrationTests.Testing;
using Caisson.Oci.Tests.Registry.Testing;

namespace Caisson.IntegrationTests.Clients;

/// <summary>What goes between <c>docker buildx</c>, the daemon and others besides the build: image layouts and tokens.</summary>
public sealed class BuildxTransferTests(TwoEngines engines) : IClassFixture<TwoEngines>
{
    [Theory]
    [InlineData("linux/amd64", 1)]
    [InlineData("linux/amd64,linux/arm64", 2)]
    public async Task A_layout_in_a_directory_of_the_client_is_written(string platforms, int images)
    {
        using TempDirectory context = Context();
        string[] arguments = ["build", "--platform", platforms, "-t", "out:layout", "--metadata-file", "metadata.json", "-o", $"type=oci,tar=false,dest={context["layout"]}", "."];
        await engines.Remote.RunAsync(context.Path, arguments);
        using JsonDocument metadata = JsonDocument.Parse(File.ReadAllText(context["metadata.json"]));
        using JsonDocument index = JsonDocument.Parse(File.ReadAllText(context["layout/index.json"]));
        JsonElement entry = Assert.Single(index.RootElement.GetProperty("manifests").EnumerateArray());
        Assert.Equal(metadata.RootElement.GetProperty("containerimage.digest").GetString(), entry.GetProperty("digest").GetString());
        Assert.Equal("docker.io/library/out:layout", entry.GetProperty("annotations").GetProperty("io.containerd.image.name").GetString());
        // All of it, read by another program, which looks at every digest.
        await Tool.RunAsync("skopeo", "copy", "--all", $"oci:{context["layout"]}", $"dir:{context["copied"]}");
        Assert.Equal(images, Math.Max(1, Directory.GetFiles(context["copied"], "*.manifest.json").Length));
        // What the client has is not sent again, and a second image is added.
        context.File("files/a", "changed\n");
        await engines.Remote.RunAsync(context.Path, arguments);
        await Tool.RunAsync("skopeo", "inspect", "--raw", $"oci:{context["layout"]}");
    }

    [Fact]
    public async Task A_named_context_with_the_name_of_the_build_context_means_nothing()
    {
        using TempDirectory context = Context();
        context.File("other/b", "b\n");
        await engines.Remote.RunAsync(context.Path, "build", "--build-context", "context=other", ".");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tokens_are_got_by_the_client_unless_it_is_told_not_to(bool byClient)
    {
        using TempDirectory context = Context();
        await using TestTokenServer tokens = new();
        await using Registry registry = await Registry.StartAsync(protection: null, tokens);
        string password = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{TestTokenServer.User}:{TestTokenServer.Password}"));
        context.File("config/config.json", JsonSerializer.Serialize(new { auths = new Dictionary<string, object> { [registry.Authority] = new { auth = password } } }));
        BuildxClient client = await (await BuildxClient.ForAsync(engines.Daemon.Address, context["config"])).RemoteAsync();
        string name = registry.Authority + "/private/app:1";
        System.Diagnostics.ProcessStartInfo push = client.Start(context.Path, input: null, "build", "--push", "-t", name, ".");
        push.Environment["BUILDKIT_NO_CLIENT_TOKEN"] = byClient ? "0" : "1";
        (await Tool.CaptureAsync(push)).Succeeded();
        // The client sends a form, the daemon a header.
        Assert.All(tokens.Requests, r => Assert.Equal((byClient ? "POST" : "GET", !byClient), (r.Method, r.Authorization is not null)));
        Assert.NotEmpty(tokens.Requests);
        // What is private is read the same way.
        context.File("Dockerfile", $"FROM {name}\nCOPY files/a /again\n");
        System.Diagnostics.ProcessStartInfo pull = client.Start(context.Path, input: null, "build", "--pull", "-o", context["out"], ".");
        pull.Environment["BUILDKIT_NO_CLIENT_TOKEN"] = push.Environment["BUILDKIT_NO_CLIENT_TOKEN"];
        (await Tool.CaptureAsync(pull)).Succeeded();
        Assert.True(File.Exists(context["out/f/a"]));
        // Who has no password is let in nowhere.
        BuildxClient stranger = await (await BuildxClient.ForAsync(engines.Daemon.Address, context.Make("other"))).RemoteAsync();
        Outcome refused = await stranger.TryAsync(context.Path, "build", "--push", "-t", registry.Authority + "/private/other:1", ".");
        Assert.NotEqual(0, refused.ExitCode);
    }

    private static TempDirectory Context()
    {
        TempDirectory context = new();
        return context.File("Dockerfile", "FROM scratch\nCOPY files /f\n").File("files/a", "A\n");
    }
}
