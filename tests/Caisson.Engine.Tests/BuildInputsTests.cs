using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests;

/// <summary>What a build says that it was made of.</summary>
public sealed class BuildInputsTests : BoxTests
{
    private const string Dockerfile =
        """
        FROM box:1 AS tools
        FROM box:1
        COPY a /a
        COPY --from=tools /bin/busybox /tool
        RUN --network=none --mount=type=bind,target=/in,source=b ["/bin/busybox", "true"]
        """;

    private static BuildInputs InputsOf(Built built) => built.Result.Inputs;

    [Fact]
    public async Task It_is_the_same_when_every_step_comes_from_the_cache()
    {
        Workshop.Context.File("a", "1").File("b/c", "2").File("unused", "3");
        BuildInputs first = InputsOf(await Workshop.BuildAsync(Dockerfile));
        await Workshop.ReopenAsync();
        Workshop.Context.File("unused", "4");
        Built again = await Workshop.BuildAsync(Dockerfile);
        Assert.All(again.Steps, static s => Assert.EndsWith("cached", s, StringComparison.Ordinal));

        ContextInput context = Assert.Single(first.Contexts);
        Assert.Equal(("context", Workshop.Context.Path), (context.Name, context.Location));
        Assert.Equal(context, Assert.Single(InputsOf(again).Contexts));
        ImageInput image = Assert.Single(first.Images);
        Assert.Equal("docker.io/library/box:1", image.Reference.ToString());
        Assert.Equal(Platform.LinuxAmd64, image.Platform);
        Assert.Equal(image, Assert.Single(InputsOf(again).Images));
        Assert.Equal(["image", "context", "copy", "copy", "run"], first.Steps.Select(static s => s.Kind));
        Assert.Equal("none", first.Steps[^1].Network);
        Assert.Equal(5, first.Steps[^1].Line);
        Assert.Equal(first.Steps.Select(static s => s.Name), InputsOf(again).Steps.Select(static s => s.Name));
    }

    [Fact]
    public async Task What_is_taken_from_a_context_has_another_name_when_any_of_it_changes()
    {
        Workshop.Context.File("a", "1").File("b/c", "2");
        Digest first = Assert.Single(InputsOf(await Workshop.BuildAsync(Dockerfile)).Contexts).Digest;
        Workshop.Context.File("b/c", "3"); // mounted
        Digest second = Assert.Single(InputsOf(await Workshop.BuildAsync(Dockerfile)).Contexts).Digest;
        Workshop.Context.File("b/c", "2");
        Workshop.Context.File("a", "2"); // copied
        Digest third = Assert.Single(InputsOf(await Workshop.BuildAsync(Dockerfile)).Contexts).Digest;
        Assert.Equal(3, ((Digest[])[first, second, third]).Distinct().Count());
    }

    [Theory]
    [InlineData("RUN --network=none true", true, "")]
    [InlineData("RUN true", false, "the network")]
    [InlineData("RUN --network=none --mount=type=cache,id=go,target=/c true", false, "the cache mount go")]
    [InlineData("WORKDIR /x", true, "")]
    public async Task A_build_is_hermetic_only_when_nothing_can_get_in_unseen(string instruction, bool isHermetic, string unrecorded)
    {
        BuildInputs inputs = InputsOf(await Workshop.BuildAsync($"FROM box:1\n{instruction}\n"));
        Assert.Equal(isHermetic, inputs.IsHermetic);
        Assert.False(inputs.IsReproduced);
        Assert.Equal(unrecorded, string.Join(", ", inputs.Steps.SelectMany(static s => s.Unrecorded)));
    }

    [Fact]
    public async Task Without_a_network_for_all_steps_it_is_hermetic()
    {
        Assert.True(InputsOf(await Workshop.BuildAsync("FROM box:1\nRUN true\n", static request => request with { Network = SandboxNetwork.None })).IsHermetic);
    }

    [Fact]
    public async Task No_secret_is_in_it()
    {
        BuildInputs inputs = InputsOf(await Workshop.BuildAsync("FROM box:1\nARG API_TOKEN\nARG MIRROR=https://joe:pass@mirror.example/\nLABEL x=sesame-open\nWORKDIR /$API_TOKEN\n", static request => request with
        {
            Arguments = request.Arguments.Add("API_TOKEN", "sesame-open").Add("URL", "https://user:word@host.example/").Add("PLAIN", "v-sesame-open"),
        }));
        Assert.Equal("***", inputs.Arguments["API_TOKEN"]);
        Assert.Equal("https://host.example/", inputs.Arguments["URL"]);
        Assert.Equal("v-***", inputs.Arguments["PLAIN"]);
        string all = string.Join('\n', [inputs.Dockerfile!.Text, .. inputs.Steps.Select(static s => s.Name)]); // the build has one
        Assert.DoesNotContain("sesame", all, StringComparison.Ordinal);
        Assert.DoesNotContain("joe", all, StringComparison.Ordinal);
    }
}
