using System.Collections.Immutable;
using System.Text;
using Caisson.Engine.Exporting;
using Caisson.Engine.Graph;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests;

/// <summary>What the caller of a build holds: the Dockerfile, files that come when they are needed, secrets, a graph in the place of a Dockerfile.</summary>
public sealed class GivenInputsTests : BoxTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_Dockerfile_that_is_given_goes_before_that_of_the_context()
    {
        Workshop.Context.File("Dockerfile", "NONSENSE").File("a", "1");
        string[] files = await FilesAsync(new BuildRequest { Context = BuildContext.FromDirectory(Workshop.Context.Path), Dockerfile = Given("build/Dockerfile", "FROM scratch\nCOPY a /b\n") });
        Assert.Contains("f 0644 0:0 b \"1\"", files);
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => FilesAsync(new BuildRequest { Context = BuildContext.FromDirectory(Workshop.Context.Path), Dockerfile = Given("build/Dockerfile", "FROM scratch\nRUNN x\n") }));
        Assert.Equal("build/Dockerfile:2:1", failure.Diagnostics[0].Where.ToString());
    }

    [Fact]
    public async Task Of_a_context_that_is_elsewhere_only_what_the_plan_takes_is_brought()
    {
        Brought files = new(Workshop.Context) { Ignore = Given(".dockerignore", "b/secret\n") };
        await Workshop.BuildAsync(Workshop.Engine, Request(files, """
            FROM box:1
            COPY a* b/ /in/
            RUN --mount=type=bind,source=c/d,target=/m ["/bin/busybox", "true"]
            """));
        (string context, ImmutableArray<string> excludes, ImmutableArray<string> paths) = Assert.Single(files.Asked);
        Assert.Equal("context", context);
        Assert.Equal(["b/secret"], excludes);
        Assert.Equal(["a*", "b", "c/d"], paths);
    }

    [Theory]
    [InlineData("COPY . /in/")]
    [InlineData("COPY --parents b/* /in/")]
    [InlineData("RUN --mount=type=bind,target=/m [\"/bin/busybox\", \"true\"]")]
    public async Task What_takes_the_context_as_a_whole_brings_all_of_it(string instruction)
    {
        Brought files = new(Workshop.Context);
        await Workshop.BuildAsync(Workshop.Engine, Request(files, $"# syntax=docker/dockerfile:1-labs\nFROM box:1\n{instruction}\n"));
        Assert.Empty(Assert.Single(files.Asked).Paths);
    }

    [Fact]
    public async Task A_context_that_nothing_is_taken_of_is_not_brought()
    {
        Brought files = new(Workshop.Context);
        await Workshop.BuildAsync(Workshop.Engine, Request(files, "FROM box:1\nRUN [\"/bin/busybox\", \"true\"]\n"));
        Assert.Empty(files.Asked);
    }

    [Fact]
    public async Task What_cannot_be_brought_fails_the_build_with_the_reason()
    {
        Brought files = new(Workshop.Context) { Failure = new IOException("the client is gone") };
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => Workshop.BuildAsync(Workshop.Engine, Request(files, "FROM scratch\nCOPY a /\n")));
        Assert.Equal(EngineCodes.ContextUnreadable, failure.Code);
        Assert.Contains("the client is gone", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_that_does_not_take_what_is_brought_is_not_the_fault_of_who_brings_it()
    {
        Brought files = new(Workshop.Context) { Failure = new SystemCallException("write", Errno.ENOSPC, Workshop.Context.Path) };
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => Workshop.BuildAsync(Workshop.Engine, Request(files, "FROM scratch\nCOPY a /\n")));
        Assert.Equal(EngineCodes.DiskFull, failure.Code);
    }

    [Fact]
    public async Task What_is_told_of_a_file_that_was_brought_is_not_found_out_again()
    {
        const string dockerfile = "FROM scratch\nCOPY a /\n";
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => FilesAsync(Request(new Brought(Workshop.Context) { Told = Digest.OfBytes("2"u8) }, dockerfile)));
        Assert.Equal(EngineCodes.ContextChanged, failure.Code); // where it is read after all, it is not what it was said to be
        Assert.Contains("f 0644 0:0 a \"1\"", await FilesAsync(Request(new Brought(Workshop.Context) { Told = Digest.OfBytes("1"u8) }, dockerfile)));
    }

    [Fact]
    public async Task A_secret_is_asked_for_when_a_step_mounts_it_and_once()
    {
        Secrets secrets = new();
        const string dockerfile = "FROM box:1\nRUN --mount=type=secret,id=key,required [\"/bin/busybox\", \"grep\", \"-q\", \"hush\", \"/run/secrets/key\"]\nRUN --mount=type=secret,id=key --mount=type=secret,id=none [\"/bin/busybox\", \"true\"]\n";
        await Workshop.BuildAsync(dockerfile, r => r with { SecretProvider = secrets });
        Assert.Equal(["key", "none"], secrets.Asked.Order());
    }

    [Fact]
    public async Task A_graph_is_built_in_the_place_of_a_Dockerfile()
    {
        string[] files = await FilesAsync(new BuildRequest { Context = BuildContext.FromDirectory(Workshop.Context.Path), Graph = new Planner(StepNetwork.None) });
        Assert.Contains(files, static f => f.Contains("made", StringComparison.Ordinal));
        BuildException refused = await Assert.ThrowsAsync<BuildException>(() => FilesAsync(new BuildRequest { Context = BuildContext.FromDirectory(Workshop.Context.Path), Graph = new Planner(StepNetwork.Host) }));
        Assert.Equal(EngineCodes.NotGranted, refused.Code);
    }

    [Fact]
    public async Task Steps_see_a_directory_of_the_context_in_its_place_and_the_Dockerfile_may_be_outside()
    {
        Workshop.Context.File("Dockerfile", "FROM box:1\nCOPY . /in/\nRUN --mount=type=bind,target=/m [\"/bin/busybox\", \"cp\", \"/m/a\", \"/in/c\"]\n").File("a", "wrong").File("d*/sub/a", "1").File("d*/sub/e/b", "2");
        string[] files = await FilesAsync(new BuildRequest { Context = BuildContext.FromDirectory(Workshop.Context.Path) with { Directory = "/d*/sub/" } });
        Assert.Equal(["f 0644 0:0 in/a \"1\"", "f 0644 0:0 in/c \"1\"", "f 0644 0:0 in/e/b \"2\""], files.Where(static f => f.StartsWith('f') && f.Contains(" in/", StringComparison.Ordinal)).Order());
        BuildException missing = await Assert.ThrowsAsync<BuildException>(() => FilesAsync(new BuildRequest { Context = BuildContext.FromDirectory(Workshop.Context.Path) with { Directory = "none" } }));
        Assert.Contains("none", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Steps_have_the_host_name_that_is_given_unless_a_build_argument_says_another()
    {
        const string dockerfile = "FROM box:1\nRUN [\"/bin/busybox\", \"sh\", \"-c\", \"printf %s $(hostname) > /name\"]\n";
        Assert.Contains("f 0644 0:0 name \"given\"", await Workshop.FilesAsync(dockerfile, static r => r with { HostName = "given" }));
        Assert.Contains("f 0644 0:0 name \"said\"", await Workshop.FilesAsync(dockerfile, static r => r with { HostName = "given", Arguments = r.Arguments.Add("BUILDKIT_SANDBOX_HOSTNAME", "said") }));
    }

    [Fact]
    public async Task A_result_for_one_platform_is_an_index_where_platforms_are_told()
    {
        Descriptor single = (await Workshop.BuildAsync("FROM scratch\nLABEL a=b\n", static r => r with { Exports = [new Export.Store([])] })).Result.Descriptor!;
        Descriptor told = (await Workshop.BuildAsync("FROM scratch\nLABEL a=b\n", static r => r with { Exports = [new Export.Store([])], TellsPlatforms = true })).Result.Descriptor!;
        Assert.Equal((false, true), (MediaTypes.IsIndex(single.MediaType), MediaTypes.IsIndex(told.MediaType)));
    }

    [Fact]
    public async Task A_policy_that_is_given_counts_and_none_of_this_machine_does_for_a_client()
    {
        GivenFile policy = Given("the client's policy", """{"rules":[{"action":"DENY","selector":{"identifier":"docker-image://docker.io/library/box:*"}}]}""");
        BuildException denied = await Assert.ThrowsAsync<BuildException>(() => Workshop.BuildAsync("FROM box:1\n", r => r with { GivenPolicies = [policy] }));
        Assert.Equal(EngineCodes.SourceDenied, denied.Code);
        Assert.Contains("the client's policy, rule 1 denies", denied.Message, StringComparison.Ordinal);
        BuildException wrong = await Assert.ThrowsAsync<BuildException>(() => Workshop.BuildAsync("FROM box:1\n", static r => r with { GivenPolicies = [Given("p", "{")] }));
        Assert.Contains("the policy p is no JSON", wrong.Message, StringComparison.Ordinal);
        Workshop.Context.File("Dockerfile", "FROM box:1\n").File("caisson.policy.json", Encoding.UTF8.GetString(policy.Content.Span));
        await Assert.ThrowsAsync<BuildException>(() => Workshop.BuildAsync(Workshop.Engine, new BuildRequest { Context = BuildContext.FromDirectory(Workshop.Context.Path) }));
        await Workshop.BuildAsync(Workshop.Engine, Request(new Brought(Workshop.Context) { Location = Workshop.Context.Path }, "FROM box:1\n"));
    }

    private async Task<string[]> FilesAsync(BuildRequest request)
    {
        using MemoryStream tar = new();
        await Workshop.BuildAsync(Workshop.Engine, request with { Exports = [new Export.Tar(ExportFile.To(tar))] });
        tar.Position = 0;
        return await Layers.OfAsync(tar);
    }

    private BuildRequest Request(IContextFiles files, string dockerfile) =>
        new() { Context = BuildContext.FromDirectory(Workshop.Context.Path), Dockerfile = Given("Dockerfile", dockerfile), ContextFiles = files };

    private static GivenFile Given(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));

    private sealed class Brought(Folder context) : IContextFiles
    {
        public List<(string Context, ImmutableArray<string> Excludes, ImmutableArray<string> Paths)> Asked { get; } = [];

        public GivenFile? Ignore { get; init; }

        public IOException? Failure { get; init; }

        public Digest? Told { get; init; }

        public string? Location { get; init; }

        public GivenFile? FindIgnore(string name) => Ignore;

        public string LocationOf(string name) => Location ?? name;

        public Task FillAsync(string name, ImmutableArray<string> excludes, ImmutableArray<string> paths, Action<FileStatus, Digest> written, CancellationToken ct)
        {
            Asked.Add((name, excludes, paths));
            if (Failure is not null)
                throw Failure;
            context.File("a", "1").File("b/x", "2").File("c/d", "3");
            using DirectoryHandle directory = DirectoryHandle.Open(context.Path);
            if (Told is not null)
                written(directory.Status("a"), Told);
            return Task.CompletedTask;
        }
    }

    private sealed class Secrets : ISecretProvider
    {
        private readonly Lock _lock = new();

        public List<string> Asked { get; } = [];

        public Task<ReadOnlyMemory<byte>?> FindAsync(string id, CancellationToken ct)
        {
            lock (_lock)
                Asked.Add(id);
            return Task.FromResult<ReadOnlyMemory<byte>?>(id == "key" ? "hush"u8.ToArray() : null);
        }
    }

    private sealed class Planner(StepNetwork network) : IGraphPlanner
    {
        public async Task<PlannedGraph> PlanAsync(GraphBuilder graph, IGraphSources sources, CancellationToken ct)
        {
            (Node box, ImageConfig config) = await sources.ImageAsync(Reference.Parse("box:1"), platform: null, new NodeLabel("box"), ct);
            Node run = graph.Add(new Operation.Run { Arguments = ["/bin/busybox", "touch", "/made"], WorkingDirectory = "/", Platform = config.Platform, Network = network }, [box], new NodeLabel("touch"));
            return new PlannedGraph(run) { Config = config };
        }
    }
}
