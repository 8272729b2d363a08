using System.Text.Json;
using Caisson.Daemon.Control;
using Caisson.Daemon.Grpc;
using Caisson.Daemon.Hosting;
using Caisson.Daemon.Proto.Gateway;
using Caisson.Daemon.Proto.Llb;
using Caisson.Daemon.Proto.Policy;
using Caisson.Daemon.Proto.Sessions.Auth;
using Caisson.Daemon.Proto.Sessions.FileSync;
using Caisson.Daemon.Proto.Sessions.Secrets;
using Caisson.Daemon.Sessions;
using Caisson.Daemon.Tests.Testing;
using Caisson.Engine;
using Caisson.Engine.Exporting;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;
using Grpc.Core;
using static Caisson.Daemon.Tests.Testing.LlbGraph;
using CacheOptions = Caisson.Daemon.Proto.Control.CacheOptions;
using CacheOptionsEntry = Caisson.Daemon.Proto.Control.CacheOptionsEntry;
using SolveRequest = Caisson.Daemon.Proto.Control.SolveRequest;
using MatchType = Caisson.Daemon.Proto.Policy.MatchType;

namespace Caisson.Daemon.Tests.Control;

/// <summary>Builds as clients of BuildKit ask for them, from the request to the image.</summary>
public sealed class ClientBuildTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private readonly FakeClient _client = new();
    private BuildEngine _engine = null!; // set before a test begins
    private BuildSolver _solver = null!; // likewise
    private FrontendRunner _runner = null!; // likewise
    private readonly RunningRequests _running = new();
    private int _builds;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _engine = await BuildEngine.OpenAsync(new BuildEngineOptions { StatePath = _directory["store"], SearchPath = "/usr/sbin:/usr/bin:/sbin:/bin" }, Ct);
        DaemonFacts facts = new(_engine.Options.StatePath, "0", "here") { Time = TimeProvider.System };
        SessionFiles files = new(_engine.ClientDirectories);
        _solver = BuildKitApi.Bind(new GrpcServer(TimeProvider.System, CancellationToken.None), _engine, facts, _client.Registry, new CacheCollector(null, static _ => { }, _running, TimeProvider.System));
        _runner = new FrontendRunner(_engine, _client.Registry, files, facts);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _engine.DisposeAsync();
        _running.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_graph_may_be_the_build_context_and_what_the_Dockerfile_is_in()
    {
        LlbGraph graph = new();
        Definition files = graph.Resulting(graph.File(null, MakeDirectory("/sub"), MakeFile("/sub/a", "1"), MakeFile("/.dockerignore", "*\n"), Link("/sub/out", "/etc"), MakeDirectory("/build"), MakeFile("/build/other", "FROM scratch\nCOPY . /in/\n")));
        SolveRequest request = new() { Frontend = "dockerfile.v0", FrontendAttrs = { ["filename"] = "build/other" }, FrontendInputs = { ["context"] = files, ["dockerfile"] = files } };
        Assert.Equal(["in", "in/.dockerignore", "in/build", "in/build/other", "in/sub", "in/sub/a", "in/sub/out"], await FilesAsync(request));
        request.FrontendAttrs["contextsubdir"] = "sub";
        Assert.Equal(["in", "in/a", "in/out"], await FilesAsync(request));
        // A link of the graph leads nowhere out of it.
        request.FrontendAttrs["contextsubdir"] = "sub/out";
        Assert.Contains("\"sub/out\" is not in the build context", (await Assert.ThrowsAsync<RpcException>(() => FilesAsync(request))).Status.Detail, StringComparison.Ordinal);
        request.FrontendAttrs["filename"] = "sub/out/passwd";
        Assert.Contains("failed to read dockerfile", (await Assert.ThrowsAsync<RpcException>(() => FilesAsync(request))).Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_graph_may_be_the_build_context_of_a_Dockerfile_that_the_client_has()
    {
        FileSync.BindService(_client.Serves, new SendingClient([SendingClient.File("Dockerfile", "FROM scratch\nCOPY . /in/\n"), SendingClient.File("Dockerfile.dockerignore", "*\n")]));
        await _client.ConnectAsync("s1", "", SessionFiles.Method);
        LlbGraph graph = new();
        SolveRequest request = new() { Frontend = "dockerfile.v0", Session = "s1", FrontendInputs = { ["context"] = graph.Resulting(graph.File(null, MakeFile("/a", "1"))) } };
        Assert.Equal(["in", "in/a"], await FilesAsync(request));
    }

    [Fact]
    public async Task What_a_rule_of_the_client_denies_is_not_used_and_what_it_converts_is_another()
    {
        await SolveAsync(Of("FROM scratch\nLABEL which=here\n"), "here:1");
        SolveRequest request = Of("FROM wanted:1\n");
        request.SourcePolicy = new Policy { Version = 1, Rules = { new Rule { Action = PolicyAction.Deny, Selector = new Selector { Identifier = "docker-image://*" } } } };
        Assert.Contains("source-policy, rule 1 denies docker-image://*", (await Assert.ThrowsAsync<RpcException>(() => SolveAsync(request, "x:1"))).Status.Detail, StringComparison.Ordinal);
        request.SourcePolicy = new Policy
        {
            Rules =
            {
                new Rule { Action = PolicyAction.Convert, Selector = new Selector { Identifier = "^docker-image://(.*)/wanted:1$", MatchType = MatchType.Regex, Constraints = { new AttrConstraint { Key = "image.platform", Value = "^linux/", Condition = AttrMatch.Matches } } }, Updates = new Update { Identifier = "docker-image://$1/here:1" } },
                new Rule { Action = PolicyAction.Deny, Selector = new Selector { Identifier = "docker-image://docker.io/library/here:1" } },
                new Rule { Selector = new Selector { Identifier = "docker-image://docker.io/library/here:1", MatchType = MatchType.Exact } },
            },
        };
        await SolveAsync(request, "x:1");
        Assert.Equal("here", (await _engine.Images.GetAsync(Oci.Model.Reference.Parse("x:1"), platform: null, Ct)).Config.Config?.Labels?["which"]);
        // Graphs are under the same rules.
        LlbGraph graph = new();
        SolveRequest given = new() { Definition = graph.Resulting(graph.Add(new Op { Source = new SourceOp { Identifier = "docker-image://docker.io/library/here:1" } })), SourcePolicy = new Policy { Rules = { request.SourcePolicy.Rules[1] } } };
        Assert.Contains("source-policy, rule 1 denies", (await Assert.ThrowsAsync<RpcException>(() => SolveAsync(given, "y:1"))).Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_source_stands_for_is_told_of_what_rules_put_in_its_place()
    {
        await SolveAsync(Of("FROM scratch\nLABEL which=here\n"), "here:1");
        SourceOp wanted = new() { Identifier = "docker-image://docker.io/library/wanted:1" };
        Policy policy = new() { Rules = { new Rule { Action = PolicyAction.Convert, Selector = new Selector { Identifier = wanted.Identifier }, Updates = new Update { Identifier = "docker-image://docker.io/library/here:1" } } } };
        BuildJob job = new(new SolveRequest { Ref = "r" }, new StatusLog(TimeProvider.System), Ct);
        ResolveSourceMetaResponse told = await _runner.ResolveAsync(job, new ResolveSourceMetaRequest { Source = wanted, SourcePolicies = { policy } }, Ct);
        Assert.Equal("docker-image://docker.io/library/here:1@" + told.Image.Digest, told.Source.Identifier);
        Assert.Contains("\"which\":\"here\"", told.Image.Config.ToStringUtf8(), StringComparison.Ordinal);
        SourceOp here = new() { Identifier = "docker-image://docker.io/library/here:1" };
        Assert.Equal(here, (await _runner.ResolveAsync(job, new ResolveSourceMetaRequest { Source = here }, Ct)).Source);
    }

    [Fact]
    public async Task A_check_shows_registries_the_credentials_of_the_client()
    {
        await using FaultServer registry = new(static e => e.Headers.ContainsKey("Authorization")
            ? e.RespondAsync(404, "Content-Type: application/json", "{\"errors\":[{\"code\":\"NAME_UNKNOWN\"}]}"u8.ToArray())
            : e.RespondAsync(401, "WWW-Authenticate: Basic realm=\"x\""));
        Auth.BindService(_client.Serves, new Login());
        await _client.ConnectAsync();
        SolveRequest build = Of($"FROM {registry.Authority}/base:1\n");
        async Task<string> CheckAsync(string session)
        {
            BuildJob job = new(new SolveRequest { Ref = "r", Session = session }, new StatusLog(TimeProvider.System), Ct);
            Result checkedOnce = await _runner.SolveAsync(job, new Proto.Gateway.SolveRequest { Frontend = build.Frontend, FrontendInputs = { build.FrontendInputs }, FrontendOpt = { ["requestid"] = "frontend.lint", ["image-resolve-mode"] = "pull" } }, Ct);
            return checkedOnce.Metadata["result.json"].ToStringUtf8();
        }
        Assert.DoesNotContain("buildError", await CheckAsync(""), StringComparison.Ordinal);
        Assert.Contains("buildError", await CheckAsync("s1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_says_when_warnings_fail_the_build()
    {
        SolveRequest build = Of("# check=error=true\nFROM scratch as a\n");
        BuildJob job = new(new SolveRequest { Ref = "r" }, new StatusLog(TimeProvider.System), Ct);
        Result answer = await _runner.SolveAsync(job, new Proto.Gateway.SolveRequest { Frontend = build.Frontend, FrontendInputs = { build.FrontendInputs }, FrontendOpt = { ["requestid"] = "frontend.lint", ["build-arg:X"] = "1" } }, Ct);
        using JsonDocument json = JsonDocument.Parse(answer.Metadata["result.json"].Memory);
        Assert.Equal(["FromAsCasing", "CSN1211"], json.RootElement.GetProperty("warnings").EnumerateArray().Select(static w => w.GetProperty("ruleName").GetString()));
        Assert.Equal("warnings are errors here: FromAsCasing", json.RootElement.GetProperty("buildError").GetProperty("message").GetString());
        Assert.Contains("warnings are errors here", answer.Metadata["result.txt"].ToStringUtf8(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warnings_belong_to_the_Dockerfile_that_was_sent()
    {
        StatusLog log = new(TimeProvider.System);
        SolveRequest request = Of("# check=error=true\nFROM scratch as a\n");
        request.Ref = "r";
        await Assert.ThrowsAsync<RpcException>(() => _solver.SolveAsync(new BuildJob(request, log, Ct), Ct));
        List<Proto.Control.StatusResponse> told = [];
        await foreach (Proto.Control.StatusResponse status in log.ReadAllAsync(Ct))
            told.Add(status);
        string vertex = Assert.Single(told.SelectMany(static s => s.Warnings)).Vertex;
        Assert.StartsWith("[internal] load build definition from ", told.SelectMany(static s => s.Vertexes).First(v => v.Digest == vertex).Name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_failed_is_told_in_quotation_marks() =>
        Assert.Equal("process \"/bin/sh -c test \\\"$A\\\" = 1\" did not complete successfully: exit code: 1", BuildErrors.ProcessFailed(["/bin/sh", "-c", "test \"$A\" = 1"], 1));

    [Fact]
    public async Task Rules_that_would_not_mean_what_was_meant_are_refused_by_name()
    {
        SolveRequest request = Of("FROM scratch\n");
        async Task<string> RefusalAsync(Rule rule)
        {
            request.SourcePolicy = new Policy { Rules = { rule } };
            return (await Assert.ThrowsAsync<RpcException>(() => SolveAsync(request, "x:1"))).Status.Detail;
        }
        Assert.Contains("\"git.keepgitdir\"", await RefusalAsync(new Rule { Selector = new Selector { Identifier = "*", Constraints = { new AttrConstraint { Key = "git.keepgitdir" } } } }), StringComparison.Ordinal);
        // A keyring would be a file of this machine.
        Assert.Contains("\"deb.keyring\" cannot be set", await RefusalAsync(new Rule { Selector = new Selector { Identifier = "*" }, Updates = new Update { Attrs = { ["deb.keyring"] = "/etc/shadow" } } }), StringComparison.Ordinal);
        Assert.Contains("\"action\" is not one of", await RefusalAsync(new Rule { Action = (PolicyAction)7, Selector = new Selector { Identifier = "*" } }), StringComparison.Ordinal);
        Assert.Contains("it has no selector", await RefusalAsync(new Rule()), StringComparison.Ordinal);
        SolveRequest asking = Of("FROM scratch\n");
        asking.SourcePolicySession = "s1";
        Assert.Contains("a policy session", (await Assert.ThrowsAsync<RpcException>(() => SolveAsync(asking, "x:1"))).Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_in_a_cache_is_told_in_the_words_of_the_client()
    {
        await _client.ConnectAsync("s1", "", SessionFiles.Method);
        SolveRequest request = Of("FROM scratch\n");
        request.Session = "s1";
        request.Cache = new CacheOptions { Exports = { new CacheOptionsEntry { Type = "local", Attrs = { ["dest"] = "out", ["mode"] = "nonsense" } } } };
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => SolveAsync(request, "x:1"));
        Assert.Contains("dest=out", e.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(_directory["store"], e.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_never_says_a_secret_does_not_hold_a_build_that_is_cancelled()
    {
        Silent silent = new();
        Secrets.BindService(_client.Serves, silent);
        await _client.ConnectAsync();
        // What is fetched may need a secret of the client.
        SolveRequest request = Of("FROM scratch\nADD http://127.0.0.1:1/file /\n");
        request.Session = "s1";
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        Task building = SolveAsync(request, "x:1", stop.Token);
        await silent.Asked.Task.WaitAsync(Ct);
        Assert.False(building.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => building.WaitAsync(TimeSpan.FromSeconds(10), Ct));
    }

    // The Dockerfile is that of a graph.
    private static SolveRequest Of(string dockerfile)
    {
        LlbGraph graph = new();
        Definition files = graph.Resulting(graph.File(null, MakeFile("/Dockerfile", dockerfile)));
        return new SolveRequest { Frontend = "dockerfile.v0", FrontendInputs = { ["context"] = files, ["dockerfile"] = files } };
    }

    private async Task<string[]> FilesAsync(SolveRequest request)
    {
        string name = $"built:{++_builds}", directory = _directory[$"files-{_builds}"];
        await SolveAsync(request, name);
        BuildRequest show = new()
        {
            Context = BuildContext.FromDirectory(Directory.CreateDirectory(_directory["none"]).FullName),
            Dockerfile = new GivenFile("Dockerfile", GrpcPair.Text($"FROM {name}\n")),
            Exports = [new Export.LocalDirectory(directory)],
        };
        await using Build build = _engine.Start(show, Ct);
        await build.Completion;
        return [.. (await Tool.RunAsync("find", directory, "-mindepth", "1", "-printf", "%P\\n")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }

    private async Task SolveAsync(SolveRequest request, string name, CancellationToken? ct = null)
    {
        SolveRequest own = request.Clone();
        own.Ref = Guid.NewGuid().ToString("N");
        own.Exporters.Add(new Proto.Control.Exporter { Type = "image", Attrs = { ["name"] = name } });
        await _solver.SolveAsync(new BuildJob(own, new StatusLog(TimeProvider.System), ct ?? Ct), ct ?? Ct);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory["store/tmp"], "Dockerfile", SearchOption.AllDirectories));
    }

    private sealed class Login : Auth.AuthBase
    {
        public override Task<CredentialsResponse> Credentials(CredentialsRequest request, ServerCallContext context) => Task.FromResult(new CredentialsResponse { Username = "me", Secret = "pw" });
    }

    private sealed class Silent : Secrets.SecretsBase
    {
        public TaskCompletionSource Asked { get; } = new();

        public override async Task<GetSecretResponse> GetSecret(GetSecretRequest request, ServerCallContext context)
        {
            Asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
            throw new System.Diagnostics.UnreachableException();
        }
    }
}
