using System.Collections.Immutable;
using Caisson.Daemon.Control;
using Caisson.Daemon.Llb;
using Caisson.Daemon.Proto.Llb;
using Caisson.Daemon.Tests.Testing;
using Caisson.Engine;
using Caisson.Engine.Graph;
using Caisson.Engine.Spelling;
using Caisson.Oci.Model;
using Google.Protobuf;
using Platform = Caisson.Oci.Model.Platform;

namespace Caisson.Daemon.Tests.Llb;

public sealed class LlbPlannerTests
{
    private readonly Definition _definition = new();

    [Fact]
    public async Task A_program_on_copied_files_is_a_run_on_a_copy()
    {
        Input context = Add(new Op { Source = new SourceOp { Identifier = "local://context" } });
        Input file = Add(new Op { Inputs = { context }, File = new FileOp { Actions = { new FileAction { Input = -1, SecondaryInput = 0, Output = 0, Copy = new FileActionCopy { Src = "/a", Dest = "/b/", Mode = -1, DirCopyContents = true } } } } });
        Input run = Add(new Op
        {
            Inputs = { file, context },
            Exec = new ExecOp
            {
                Meta = new Meta { Args = { "/bin/x", "y" }, Env = { "A=1" }, Cwd = "/w", User = "me" },
                Network = NetMode.None,
                Mounts =
                {
                    new Mount { Dest = "/", Input = 0, Output = 0 }, new Mount { Dest = "/m", Input = 1, Output = -1, Selector = "/sub", Readonly = true },
                    new Mount { Dest = "/c", Input = -1, Output = -1, MountType = MountType.Cache, CacheOpt = new CacheOpt { ID = "id", Sharing = CacheSharingOpt.Locked } },
                },
            },
        });
        Node node = await PlanAsync(run);
        Operation.Run planned = Assert.IsType<Operation.Run>(node.Operation);
        Assert.Equal(["/bin/x", "y"], planned.Arguments);
        Assert.Equal(("/w", "me", StepNetwork.None), (planned.WorkingDirectory, planned.User, planned.Network));
        Assert.Equal([new StepMount.Bind("/m", 1, "sub", true), new StepMount.Cache("/c", "id", CacheSharing.Locked)], planned.Mounts);
        Operation.Copy copy = Assert.IsType<Operation.Copy>(node.Inputs[0].Operation);
        Assert.Equal(("/b", true, new CopySource.Files(1, "a").Pattern), (copy.Destination, copy.IntoDirectory, ((CopySource.Files)copy.Sources[0]).Pattern));
        Assert.Equal("local:context", Assert.IsType<Operation.Context>(node.Inputs[1].Operation).Name);
    }

    [Fact]
    public async Task What_a_program_leaves_on_a_mount_that_it_can_write_to_is_a_result()
    {
        Input context = Add(new Op { Source = new SourceOp { Identifier = "local://context" } });
        Input run = Add(new Op
        {
            Inputs = { context },
            Exec = new ExecOp
            {
                Meta = new Meta { Args = { "x" }, Cwd = "/" },
                Mounts =
                {
                    new Mount { Dest = "/", Input = 0, Output = -1 }, new Mount { Dest = "/in", Input = 0, Output = 4, Readonly = true },
                    new Mount { Dest = "/out", Input = -1, Output = 0 }, new Mount { Dest = "/src", Input = 0, Output = 1, Selector = "/sub" }, new Mount { Dest = "/none", Input = 0, Output = -1 },
                },
            },
        });
        Node made = await PlanAsync(new Input { Digest = run.Digest, Index = 1 });
        Assert.Equal(1, Assert.IsType<Operation.Output>(made.Operation).Index);
        Assert.Equal(["/out", "/src"], Assert.IsType<Operation.Run>(made.Inputs[1].Operation).Results.Select(static m => m.Target));
        Assert.Same(made.Inputs[0], made.Inputs[1].Inputs[((Operation.Run)made.Inputs[1].Operation).Results.Last().Input]);
        Assert.Equal("local:context", Assert.IsType<Operation.Context>(made.Inputs[0].Inputs[1].Operation).Name);
        // A mount that nothing can be written to comes out as it went in.
        Assert.Same(made.Inputs[0].Operation.GetType(), (await PlanAsync(new Input { Digest = run.Digest, Index = 4 })).Operation.GetType());
        Node merged = await PlanAsync(Add(new Op { Inputs = { new Input { Digest = run.Digest }, new Input { Digest = run.Digest, Index = 1 } }, Merge = new MergeOp { Inputs = { new MergeInput { Input = 0 }, new MergeInput { Input = 1 } } } }));
        // Both come of one program, and what it removed is removed from what its mount is laid over.
        Assert.IsType<Operation.Difference>(merged.Operation);
        Assert.Equal((0, 1), (((Operation.Output)merged.Inputs[0].Inputs[0].Operation).Index, ((Operation.Output)merged.Inputs[2].Operation).Index));
        Assert.Same(merged.Inputs[0].Inputs[0].Inputs[1], merged.Inputs[2].Inputs[1]);
    }

    [Fact]
    public async Task Nothing_is_left_of_a_program_where_nothing_takes_it()
    {
        Input run = Add(new Op { Exec = new ExecOp { Meta = new Meta { Args = { "x" }, Cwd = "/" }, Mounts = { new Mount { Dest = "/", Input = -1, Output = -1 } } } });
        Assert.Contains("no output 0", (await Assert.ThrowsAsync<UsageException>(() => PlanAsync(run))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_not_to_be_cached_is_done_anew_whichever_of_its_outputs_is_taken()
    {
        Input run = Add(new Op { Exec = new ExecOp { Meta = new Meta { Args = { "x" }, Cwd = "/" }, Mounts = { new Mount { Dest = "/", Input = -1, Output = -1 }, new Mount { Dest = "/out", Input = -1, Output = 0 } } } });
        _definition.Metadata.Add(run.Digest, new OpMetadata { IgnoreCache = true });
        PlannedGraph planned = await PlanGraphAsync(run);
        Assert.Equal(planned.Result.Inputs[1].Digest, Assert.Single(planned.Fresh));
    }

    [Fact]
    public async Task A_graph_in_a_file_is_built_from_the_part_that_makes_the_file()
    {
        Input file = Add(new Op { File = new FileOp { Actions = { new FileAction { Input = -1, SecondaryInput = -1, Output = 0, Mkdir = new FileActionMkDir { Path = "/d", Mode = 0x1ED } } } } });
        Add(new Op { Source = new SourceOp { Identifier = "local://other" } });
        Input build = Add(new Op { Inputs = { file }, Build = new BuildOp { Builder = -1, Inputs = { { "buildkit.llb.definition", new BuildInput() } }, Attrs = { { "llbbuild.filename", "/d/graph" } } } });
        Built built = new();
        Node node = await PlanAsync(Add(new Op { Inputs = { build }, File = new FileOp { Actions = { new FileAction { Input = 0, SecondaryInput = -1, Output = 0, Mkdir = new FileActionMkDir { Path = "/e", Mode = 0x1ED } } } } }), built);
        Assert.Equal("layout", node.Inputs[0].Label.Text);
        (Definition graph, string path) = Assert.Single(built.Asked);
        Assert.Equal("/d/graph", path);
        Assert.Equal([.. _definition.Def.Take(1), new Op { Inputs = { file } }.ToByteString()], graph.Def);
    }

    [Fact]
    public async Task A_merge_lays_each_over_the_one_before()
    {
        Input one = Add(new Op { Source = new SourceOp { Identifier = "local://one" } }), two = Add(new Op { Source = new SourceOp { Identifier = "local://two" } });
        Node node = await PlanAsync(Add(new Op { Inputs = { one, two }, Merge = new MergeOp { Inputs = { new MergeInput { Input = 0 }, new MergeInput { Input = 1 } } } }));
        Assert.True(Assert.IsType<Operation.Copy>(node.Operation).IsLinked);
        Assert.Equal("local:one", Assert.IsType<Operation.Context>(node.Inputs[0].Inputs[1].Operation).Name);
    }

    [Fact]
    public async Task A_difference_is_laid_over_what_it_is_merged_with()
    {
        Input one = Add(new Op { Source = new SourceOp { Identifier = "local://one" } }), two = Add(new Op { Source = new SourceOp { Identifier = "local://two" } });
        Input diff = Add(new Op { Inputs = { one, two }, Diff = new DiffOp { Lower = new LowerDiffInput { Input = 0 }, Upper = new UpperDiffInput { Input = 1 } } });
        Node alone = await PlanAsync(diff);
        Assert.IsType<Operation.Difference>(alone.Operation);
        Assert.IsType<Operation.Scratch>(alone.Inputs[0].Operation);
        Node merged = await PlanAsync(Add(new Op { Inputs = { one, diff }, Merge = new MergeOp { Inputs = { new MergeInput { Input = 0 }, new MergeInput { Input = 1 } } } }));
        Assert.IsType<Operation.Difference>(merged.Operation);
        Assert.Equal("local:one", Assert.IsType<Operation.Context>(merged.Inputs[0].Inputs[1].Operation).Name);
        Assert.Equal(alone.Inputs[1..].Select(static i => i.Digest), merged.Inputs[1..].Select(static i => i.Digest));
    }

    [Fact]
    public async Task Merges_of_merges_have_a_bound()
    {
        Input one = Add(new Op { File = new FileOp { Actions = { new FileAction { Input = -1, SecondaryInput = -1, Output = 0, Rm = new FileActionRm { Path = "/x", AllowNotFound = true } } } } });
        for (int i = 0; i < 40; i++)
            one = Add(new Op { Inputs = { one }, Merge = new MergeOp { Inputs = { new MergeInput { Input = 0 }, new MergeInput { Input = 0 } } } });
        Assert.Contains("merges and compares more than", (await Assert.ThrowsAsync<UsageException>(() => PlanAsync(one))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_what_is_passed_through_each_output_is_an_input()
    {
        Input one = Add(new Op { Source = new SourceOp { Identifier = "local://one" } }), two = Add(new Op { Source = new SourceOp { Identifier = "local://two" } });
        Input passed = Add(new Op { Inputs = { one, two }, Passthrough = new PassthroughOp { Id = "x", Outputs = { 1, 0 } } });
        Assert.Equal("local:two", Assert.IsType<Operation.Context>((await PlanAsync(passed)).Inputs[1].Operation).Name);
        passed.Index = 1;
        Assert.Equal("local:one", Assert.IsType<Operation.Context>((await PlanAsync(passed)).Inputs[1].Operation).Name);
        passed.Index = 2;
        await Assert.ThrowsAsync<UsageException>(() => PlanAsync(passed));
    }

    [Fact]
    public async Task What_we_have_no_operation_for_is_refused_by_its_name()
    {
        Input source = Add(new Op { Source = new SourceOp { Identifier = "local://one" } });
        Op[] refused =
        [
            new() { Inputs = { source }, Build = new BuildOp() },
            new() { Inputs = { source }, Passthrough = new PassthroughOp { Id = "x", Outputs = { 1 } } },
            new() { Inputs = { source }, File = new FileOp { Actions = { new FileAction { Symlink = new FileActionSymlink { Newpath = "/x" } } } } },
            new() { Inputs = { source }, File = new FileOp { Actions = { new FileAction { Rm = new FileActionRm { Path = "/x\0y" } } } } },
            new() { Inputs = { source }, Build = new BuildOp { Builder = -1, Inputs = { { "buildkit.llb.definition", new BuildInput { Input = 1 } } } } },
            new() { Source = new SourceOp { Identifier = "ipfs://x" } },
        ];
        foreach ((Op op, string name) in refused.Zip((string[])["other builder", "input 1", "symlink", "zero byte", "buildkit.llb.definition", "ipfs"]))
            Assert.Contains(name, (await Assert.ThrowsAsync<UsageException>(() => PlanAsync(Add(op)))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("git://example.test/a", "git.checksum")]
    [InlineData("git://example.test/a", "git.sig.pubkey")]
    [InlineData("https://example.test/a", "http.header.accept")]
    [InlineData("https://example.test/a", "http.perm")]
    [InlineData("docker-image://docker.io/library/a:1", "image.checksum")]
    [InlineData("local://context", "local.metadatatransfer")]
    public async Task What_is_demanded_of_a_source_is_not_passed_over(string identifier, string attribute)
    {
        Input source = Add(new Op { Source = new SourceOp { Identifier = identifier, Attrs = { { attribute, "x" } } } });
        Assert.Contains(attribute, (await Assert.ThrowsAsync<UsageException>(() => PlanAsync(source))).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("source." + attribute, Capabilities.Llb);
    }

    [Theory]
    [InlineData("sha256:0000000000000000000000000000000000000000000000000000000000000000", 0)]
    [InlineData(null, 7)]
    public async Task A_result_that_is_not_there_is_refused(string? digest, long index)
    {
        Input source = Add(new Op { Source = new SourceOp { Identifier = "local://one" } });
        await Assert.ThrowsAsync<UsageException>(() => PlanAsync(new Input { Digest = digest ?? source.Digest, Index = index }));
    }

    [Fact]
    public void Bytes_that_are_no_definition_are_refused()
    {
        Assert.Throws<UsageException>(() => LlbDefinition.Read(new Definition { Def = { ByteString.CopyFrom(0xff, 0xff, 0xff) } }));
        Assert.Throws<UsageException>(() => LlbDefinition.Read(new Definition()));
    }

    [Fact]
    public async Task Depth_has_a_bound()
    {
        Input last = Add(new Op { Source = new SourceOp { Identifier = "local://one" } });
        for (int i = 0; i < 3_000; i++)
            last = Add(new Op { Inputs = { last }, File = new FileOp { Actions = { new FileAction { Input = 0, Output = 0, Mkdir = new FileActionMkDir { Path = $"/{i}", Mode = 0x1ED } } } } });
        Assert.Contains("deeper", (await Assert.ThrowsAsync<UsageException>(() => PlanAsync(last))).Message, StringComparison.Ordinal);
    }

    private Input Add(Op op)
    {
        ByteString bytes = op.ToByteString();
        _definition.Def.Add(bytes);
        return new Input { Digest = Digest.OfBytes(bytes.Span).Value };
    }

    private async Task<Node> PlanAsync(Input result, ILlbResults? results = null) => (await PlanGraphAsync(result, results)).Result;

    private async Task<PlannedGraph> PlanGraphAsync(Input result, ILlbResults? results = null)
    {
        Definition whole = _definition.Clone();
        whole.Def.Add(new Op { Inputs = { result } }.ToByteString());
        return await new LlbPlanner(LlbDefinition.Read(whole), results ?? new NoResults()).PlanAsync(new GraphBuilder(), new Sources(), TestContext.Current.CancellationToken);
    }

    private sealed class Built : ILlbResults
    {
        public List<(Definition Graph, string Path)> Asked { get; } = [];

        public Task<string> FindAsync(string name, CancellationToken ct) => throw new NotSupportedException();

        public Task<string> BuildAsync(Definition graph, string path, CancellationToken ct)
        {
            Asked.Add((graph, path));
            return Task.FromResult("layout");
        }
    }

    private sealed class Sources : IGraphSources
    {
        private readonly GraphBuilder _graph = new();

        public Platform Platform => Platform.LinuxAmd64;

        public Node Context(string name) => _graph.Add(new Operation.Context(name), [], new NodeLabel(name));

        public Task<(Node Node, ImageConfig Config)> ImageAsync(Reference reference, Platform? platform, NodeLabel label, CancellationToken ct) => throw new NotSupportedException();

        public Task<(Node Node, ImageConfig Config)> LayoutAsync(string location, Platform? platform, NodeLabel label, CancellationToken ct) =>
            Task.FromResult((_graph.Add(new Operation.Image(Reference.Parse("layout@" + Digest.OfBytes([])), Platform.LinuxAmd64), [], new NodeLabel(location)), new ImageConfig { Architecture = "amd64", Os = "linux", RootFs = new RootFs { DiffIds = [] } }));

        public Task<Node> GitAsync(string location, bool keepsGitDirectory, NodeLabel label, CancellationToken ct) => throw new NotSupportedException();

        public ImmutableArray<string> Devices(string request, bool isRequired) => [request];

        public Task<Node> HttpAsync(Uri address, string fileName, Digest? checksum, NodeLabel label, CancellationToken ct) => throw new NotSupportedException();
    }
}
