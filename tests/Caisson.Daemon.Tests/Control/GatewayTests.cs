using System.Net;
using System.Net.Sockets;
using Caisson.Daemon.Grpc;
using Caisson.Daemon.Proto.Control;
using Caisson.Daemon.Proto.Gateway;
using Caisson.Daemon.Proto.Llb;
using Caisson.Daemon.Proto.Policy;
using Caisson.Daemon.Tests.Testing;
using Caisson.Oci.Model;
using Google.Protobuf;
using Grpc.Core;
using static Caisson.Daemon.Tests.Testing.LlbGraph;
using ControlClient = Caisson.Daemon.Proto.Control.Control.ControlClient;
using ControlRequest = Caisson.Daemon.Proto.Control.SolveRequest;
using Image = Caisson.Oci.Images.Image;
using SolveRequest = Caisson.Daemon.Proto.Gateway.SolveRequest;

namespace Caisson.Daemon.Tests.Control;

/// <summary>A frontend that runs in the client: it asks for results of graphs, reads their files and says what the build has come to.</summary>
public sealed class GatewayTests : IAsyncLifetime
{
    private const string Reference = "the-build";

    private readonly LlbGraph _graph = new();
    private TestDaemon _daemon = null!; // set before a test begins
    private GrpcConnection _connection = null!; // set before a test begins

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private LLBBridge.LLBBridgeClient Gateway => new(_connection.Calls);

    private static Metadata Build => new() { { "buildkit-controlapi-buildid", Reference } };

    public async ValueTask InitializeAsync()
    {
        _daemon = await TestDaemon.StartAsync();
        _connection = new GrpcConnection(new NetworkStream(await _daemon.ConnectAsync(Ct), ownsSocket: true), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _daemon.DisposeAsync();
    }

    [Fact]
    public async Task Files_of_a_result_are_read()
    {
        Input files = _graph.File(null, MakeDirectory("/d", 0x1C0), MakeFile("/d/x", "content", 0x180), Link("/l", "d/x"), Link("/out", "/etc"));
        Result asked = null!;
        await RunAsync(async () =>
        {
            asked = await SolveAsync(_graph.Resulting(files));
            Assert.Equal("content", (await ReadAsync(asked.Ref.Id, "/l")).ToStringUtf8());
            Assert.Equal("nten", (await ReadAsync(asked.Ref.Id, "d/x", new FileRange { Offset = 2, Length = 4 })).ToStringUtf8());
            ReadDirResponse listed = await Gateway.ReadDirAsync(new ReadDirRequest { Ref = asked.Ref.Id, DirPath = "/" }, Build, cancellationToken: Ct);
            Assert.Equal(["d", "l", "out"], listed.Entries.Select(static e => e.Path));
            StatFileResponse status = await Gateway.StatFileAsync(new StatFileRequest { Ref = asked.Ref.Id, Path = "/l" }, Build, cancellationToken: Ct);
            Assert.Equal(("x", "", 7), (status.Stat.Path, status.Stat.Linkname, status.Stat.Size));
            Assert.Equal("d/x", listed.Entries[1].Linkname);
            Assert.Equal("lstat /none: no such file or directory", (await Assert.ThrowsAsync<RpcException>(async () => await Gateway.StatFileAsync(new StatFileRequest { Ref = asked.Ref.Id, Path = "/none" }, Build, cancellationToken: Ct))).Status.Detail);
            Assert.Equal("open /none: no such file or directory", (await Assert.ThrowsAsync<RpcException>(() => ReadAsync(asked.Ref.Id, "/none"))).Status.Detail);
            Assert.Equal("/d is not a regular file", (await Assert.ThrowsAsync<RpcException>(() => ReadAsync(asked.Ref.Id, "/d"))).Status.Detail);
            Assert.Equal("/l is not a directory", (await Assert.ThrowsAsync<RpcException>(async () => await Gateway.ReadDirAsync(new ReadDirRequest { Ref = asked.Ref.Id, DirPath = "/l" }, Build, cancellationToken: Ct))).Status.Detail);
            // Links lead nowhere out of it.
            Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => ReadAsync(asked.Ref.Id, "/out/passwd"))).StatusCode);
            return asked;
        });
        // What was open is closed with the build.
        Assert.Contains("has ended", (await Assert.ThrowsAsync<RpcException>(() => ReadAsync(asked.Ref.Id, "/l"))).Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_platforms_each_has_its_own_files()
    {
        using TcpListener web = new(IPAddress.Loopback, 0);
        web.Start();
        Task serving = ServeAsync(web, await Context.TarAsync(("Dockerfile", "FROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH /a\nLABEL arch=$TARGETARCH\n"), ("amd64", "of amd64"), ("arm64", "of arm64")));
        Image[] images = await ImagesOfAsync(async () =>
        {
            SolveRequest request = new() { Frontend = "dockerfile.v0", AllowResultReturn = true, FrontendOpt = { { "platform", "linux/arm64,linux/amd64" }, { "context", $"http://{web.LocalEndpoint}/context.tar" } } };
            Result result = (await Gateway.SolveAsync(request, Build, cancellationToken: Ct)).Result;
            foreach (string architecture in (string[])["arm64", "amd64"])
                Assert.Equal("of " + architecture, (await ReadAsync(result.Refs.Refs["linux/" + architecture].Id, "/a")).ToStringUtf8());
            // With another configuration for one of them, they are images like others.
            result.Metadata.Add("containerimage.config/linux/arm64", ByteString.CopyFromUtf8("""{"config":{"Cmd":["own"]}}"""));
            return result;
        });
        Assert.Equal(["linux/amd64", "linux/arm64"], images.Select(static i => i.Config.Platform.ToString()));
        Assert.Equal("amd64", images[0].Config.Config.Labels!["arch"]);
        Assert.Equal(["own"], images[1].Config.Config.Cmd);
        Assert.Null(images[1].Config.Config.Labels);
        web.Stop();
        await serving;
    }

    [Fact]
    public async Task The_configuration_that_is_returned_is_that_of_the_image()
    {
        Image image = await ImageOfAsync(async () =>
        {
            Result result = await SolveAsync(_graph.Resulting(_graph.File(null, MakeFile("/a", "1"))));
            // As Go's image-spec writes one that nobody has filled in.
            result.Metadata.Add("containerimage.config", ByteString.CopyFromUtf8("""{"architecture":"s390x","os":"linux","config":{"Env":["A=b"],"Cmd":["/a"],"Labels":{"l":"m"}},"rootfs":{"type":"","diff_ids":null}}"""));
            return result;
        });
        Assert.Equal(["/a"], image.Config.Config.Cmd);
        Assert.Equal(["A=b"], image.Config.Config.Env);
        Assert.Equal("m", image.Config.Config.Labels!["l"]);
        Assert.Equal("linux/s390x", image.Config.Platform.ToString());
        Assert.Single(image.Config.RootFs.DiffIds);
    }

    [Theory]
    [InlineData("", "first, second")]
    [InlineData("""{"created_by":"own"},{"created_by":"no layer","empty_layer":true}""", "own, no layer (empty), second")]
    [InlineData("""{"created_by":"a"},{"created_by":"b"},{"created_by":"c"}""", "a, b, c (empty)")]
    public async Task The_history_has_a_line_for_each_layer(string given, string expected)
    {
        Definition graph = _graph.Resulting(_graph.Named("second", _graph.File(_graph.Named("first", _graph.File(null, MakeFile("/a", "1"))), MakeFile("/b", "2"))));
        Image image = await ImageOfAsync(async () =>
        {
            Result result = await SolveAsync(graph);
            result.Metadata.Add("containerimage.config", ByteString.CopyFromUtf8($$"""{"history":[{{given}}]}"""));
            return result;
        });
        Assert.Equal(2, image.Layers.Length);
        Assert.Equal(expected, string.Join(", ", image.Config.History!.Value.Select(static h => h.CreatedBy + (h.EmptyLayer == true ? " (empty)" : ""))));
    }

    [Fact]
    public async Task Where_nothing_is_returned_an_empty_image_is_exported()
    {
        Image image = await ImageOfAsync(async () =>
        {
            // As Go's client has the empty file system.
            Result result = await SolveAsync(new Definition());
            Assert.Equal(Result.ResultOneofCase.None, result.ResultCase);
            result.Metadata.Add("containerimage.config", ByteString.CopyFromUtf8("""{"config":{"Cmd":["x"]}}"""));
            return result;
        });
        Assert.Empty(image.Layers);
        Assert.Equal(["x"], image.Config.Config.Cmd);
    }

    [Fact]
    public async Task Results_of_several_graphs_become_the_images_of_one_index()
    {
        Image[] images = await ImagesOfAsync(async () =>
        {
            Result result = new() { Refs = new RefMap() };
            foreach (string architecture in (string[])["arm64", "amd64"])
            {
                result.Refs.Refs.Add("linux/" + architecture, (await SolveAsync(_graph.Resulting(_graph.File(null, MakeFile("/a", architecture))))).Ref);
                result.Metadata.Add("containerimage.config/linux/" + architecture, ByteString.CopyFromUtf8($$"""{"architecture":"{{architecture}}","os":"linux","config":{"Cmd":["{{architecture}}"]} }"""));
            }
            result.Metadata.Add("refs.platforms", ByteString.CopyFromUtf8("""{"Platforms":[{"ID":"linux/arm64","Platform":{"architecture":"arm64","os":"linux"}},{"ID":"linux/amd64","Platform":{"architecture":"amd64","os":"linux"}}]}"""));
            return result;
        });
        Assert.Equal(["linux/arm64", "linux/amd64"], images.Select(static i => i.Config.Platform.ToString()));
        Assert.Equal(["arm64", "amd64"], images.Select(static i => Assert.Single(i.Config.Config.Cmd!.Value)));
        Assert.NotEqual(images[0].Config.RootFs.DiffIds[0], images[1].Config.RootFs.DiffIds[0]);
    }

    [Fact]
    public async Task The_platform_of_one_result_may_be_told_beside_it()
    {
        Image image = await ImageOfAsync(async () =>
        {
            Result result = await SolveAsync(_graph.Resulting(_graph.File(null, MakeFile("/a", "1"))));
            result.Metadata.Add("refs.platforms", ByteString.CopyFromUtf8("""{"Platforms":[{"ID":"linux/arm64","Platform":{"architecture":"arm64","os":"linux"}}]}"""));
            result.Metadata.Add("containerimage.config/linux/arm64", ByteString.CopyFromUtf8("""{"architecture":"arm64","os":"linux","config":{"Cmd":["/a"]} }"""));
            return result;
        });
        Assert.Equal("linux/arm64", image.Config.Platform.ToString());
        Assert.Equal(["/a"], image.Config.Config.Cmd);
    }

    [Fact]
    public async Task What_the_part_in_the_client_forbade_is_not_done_when_it_returns_that()
    {
        Input source = _graph.Add(new Op { Source = new SourceOp { Identifier = "docker-image://registry.example/x:1" } });
        RpcException failure = await Assert.ThrowsAsync<RpcException>(() => RunAsync(async () => (await Gateway.SolveAsync(new SolveRequest
        {
            Definition = _graph.Resulting(source),
            AllowResultReturn = true,
            SourcePolicies = { new Policy { Version = 1, Rules = { new Rule { Action = PolicyAction.Deny, Selector = new Selector { Identifier = "docker-image://registry.example/*" } } } } },
        }, Build, cancellationToken: Ct)).Result));
        Assert.Contains("may not be used", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_to_be_said_of_images_is_said_of_those_of_graphs()
    {
        await RunAsync(() => SolveAsync(_graph.Resulting(_graph.File(null, MakeFile("/a", "1")))));
        ImageIndex index = OciJson.ReadIndex(await File.ReadAllBytesAsync(Path.Combine(_daemon.Engine.Images.LayoutPath, "index.json"), Ct));
        Assert.Contains(index.Manifests, static m => m.ArtifactType is not null);
    }

    [Theory]
    [InlineData("containerimage.config", "[]", "no image configuration")]
    [InlineData("containerimage.config", "{\"config\":{\"Cmd\":3}}", "no image configuration")]
    [InlineData("refs.platforms", "{}", "no list of platforms")]
    [InlineData("refs.platforms", "{\"Platforms\":[]}", "names no platform")]
    [InlineData("refs.platforms", "{\"Platforms\":[{\"ID\":\"x\",\"Platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}}]}", "has no result for it")]
    public async Task What_is_said_of_an_image_and_not_understood_fails_the_build(string key, string value, string problem)
    {
        RpcException failure = await Assert.ThrowsAsync<RpcException>(() => RunAsync(async () =>
        {
            Result result = new() { Refs = new RefMap { Refs = { { "linux/amd64", (await SolveAsync(_graph.Resulting(_graph.File(null, MakeFile("/a", "1"))))).Ref } } } };
            result.Metadata.Add(key, ByteString.CopyFromUtf8(value));
            return result;
        }));
        Assert.Contains(problem, failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_definition_that_a_file_holds_is_built()
    {
        LlbGraph inner = new();
        Input held = _graph.File(null, MakeDirectory("/d"), MakeFile("/d/graph", inner.Resulting(inner.File(null, MakeFile("/made", "inner"))).ToByteArray()));
        Input built = _graph.File(Built(held, "/d/graph"), MakeFile("/more", "outer"));
        await RunAsync(async () =>
        {
            Result result = await SolveAsync(_graph.Resulting(built));
            Assert.Equal("inner", (await ReadAsync(result.Ref.Id, "/made")).ToStringUtf8());
            Assert.Equal("outer", (await ReadAsync(result.Ref.Id, "/more")).ToStringUtf8());
            return result;
        });
    }

    [Fact]
    public async Task A_file_that_holds_no_definition_is_refused()
    {
        Input held = _graph.File(null, MakeFile("/graph", [0xff, 0xff, 0xff]));
        Assert.Contains("no definition", (await Assert.ThrowsAsync<RpcException>(() => RunAsync(() => SolveAsync(_graph.Resulting(Built(held, "/graph")))))).Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Definitions_in_definitions_have_an_end()
    {
        Definition definition = _graph.Resulting(_graph.File(null, MakeFile("/x", "")));
        for (int i = 0; i < 102; i++)
        {
            LlbGraph around = new();
            Input held = around.File(null, MakeFile("/g", definition.ToByteArray()));
            definition = around.Resulting(around.Add(BuildOf(held, "/g")));
        }
        Assert.Contains("more than 100 definitions", (await Assert.ThrowsAsync<RpcException>(() => RunAsync(() => SolveAsync(definition)))).Status.Detail, StringComparison.Ordinal);
    }

    private static async Task ServeAsync(TcpListener web, byte[] content)
    {
        try
        {
            while (true)
            {
                using TcpClient client = await web.AcceptTcpClientAsync(Ct);
                await using NetworkStream stream = client.GetStream();
                using StreamReader reader = new(stream);
                while (await reader.ReadLineAsync(Ct) is { Length: > 0 })
                {
                }
                await stream.WriteAsync(GrpcPair.Text($"HTTP/1.1 200 OK\r\nContent-Length: {content.Length}\r\nConnection: close\r\n\r\n"), Ct);
                await stream.WriteAsync(content, Ct);
            }
        }
        catch (SocketException)
        {
            // It was stopped.
        }
    }

    private Input Built(Input held, string path) => _graph.Add(BuildOf(held, path));

    private static Op BuildOf(Input held, string path) => new() { Inputs = { held }, Build = new BuildOp { Builder = -1, Inputs = { { "buildkit.llb.definition", new BuildInput() } }, Attrs = { { "llbbuild.filename", path } } } };

    private async Task<Result> SolveAsync(Definition definition) => (await Gateway.SolveAsync(new SolveRequest { Definition = definition, AllowResultReturn = true }, Build, cancellationToken: Ct)).Result;

    private async Task<ByteString> ReadAsync(string reference, string path, FileRange? range = null) =>
        (await Gateway.ReadFileAsync(new ReadFileRequest { Ref = reference, FilePath = path, Range = range }, Build, cancellationToken: Ct)).Data;

    private async Task<Image> ImageOfAsync(Func<Task<Result>> frontend) => Assert.Single(await ImagesOfAsync(frontend));

    private async Task<Image[]> ImagesOfAsync(Func<Task<Result>> frontend)
    {
        await RunAsync(frontend);
        return [.. Assert.Single(await _daemon.Engine.Images.ListAsync(Ct), static i => i.Name.Familiar == "made:1").Images];
    }

    // The build goes on while the frontend asks, and ends with what it returns.
    private async Task RunAsync(Func<Task<Result>> frontend)
    {
        ControlRequest request = new() { Ref = Reference, FrontendAttrs = { { "attest:provenance", "type=provenance,mode=max" }, { "platform", "linux/amd64,linux/386" } }, Exporters = { new Exporter { Type = "image", Attrs = { { "name", "made:1" } } } } };
        using AsyncUnaryCall<Proto.Control.SolveResponse> build = new ControlClient(_connection.Calls).SolveAsync(request, cancellationToken: Ct);
        await Gateway.ReturnAsync(new ReturnRequest { Result = await frontend() }, Build, cancellationToken: Ct);
        await build;
    }
}
