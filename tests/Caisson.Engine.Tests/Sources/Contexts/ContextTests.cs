using System.Text;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Exporting;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;

namespace Caisson.Engine.Tests.Sources.Contexts;

/// <summary>Build contexts of every kind.</summary>
public sealed class ContextTests : IAsyncLifetime
{
    private Workshop _workshop = null!; // made before each test

    public async ValueTask InitializeAsync() => _workshop = await Workshop.OpenAsync(static o => o with { Registry = new RegistryOptions { Retry = new RetryPolicy { MaxAttempts = 1 } } });

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task A_Dockerfile_on_standard_input_has_an_empty_context()
    {
        Assert.Equal(["f 0644 0:0 a \"A\n\""], await FilesAsync("-", input: "FROM scratch\nCOPY <<a /a\nA\na\n"));
        Diagnostic finding = await FailAsync("-", input: "FROM scratch\nCOPY a /\n");
        Assert.Equal((EngineCodes.SourceNotFound, "standard input:2:6"), (finding.Code, finding.Where.ToString()));
    }

    [Fact]
    public async Task A_Dockerfile_on_standard_input_can_have_a_directory()
    {
        _workshop.Context.File("a", "A").File("b", "B").File(".dockerignore", "b\n").File("Dockerfile", "FROM nothing");
        Assert.Equal(["f 0644 0:0 .dockerignore \"b\n\"", "f 0644 0:0 Dockerfile \"FROM nothing\"", "f 0644 0:0 a \"A\""], await FilesAsync(_workshop.Context.Path, "-", "FROM scratch\nCOPY . /\n"));
    }

    [Theory]
    [InlineData("-", "-", "FROM scratch\n", EngineCodes.StandardInputTwice)]
    [InlineData("-", null, "", EngineCodes.StandardInputTwice)]
    [InlineData(".", "-", "", EngineCodes.StandardInputTwice)]
    [InlineData("-", "Dockerfile", "FROM scratch\n", EngineCodes.TwoDockerfiles)]
    [InlineData("-", null, "\0\u0001binary", EngineCodes.UnknownContext)]
    [InlineData("https:///x", null, "", EngineCodes.BadWebAddress)]
    [InlineData("https://example.com/x.git?colour=red", null, "", EngineCodes.BadGitLocation)]
    [InlineData("git@example.com:x.git", null, "", EngineCodes.GitNeedsSsh)]
    [InlineData("http://127.0.0.1:1/x", null, "", EngineCodes.WebUnreachable)]
    [InlineData("http://127.0.0.1:1/x.git", null, "", EngineCodes.GitUnreachable)]
    [InlineData("file:///etc", null, "", EngineCodes.ContextUnreadable)]
    [InlineData(".", "http://127.0.0.1:1/Dockerfile", "", EngineCodes.WebUnreachable)]
    [InlineData(".", "http:///Dockerfile", "", EngineCodes.BadWebAddress)]
    public async Task What_is_no_context_is_told(string context, string? dockerfile, string input, string code) =>
        Assert.Equal(code, (await FailAsync(context, dockerfile, input)).Code);

    [Fact]
    public async Task A_Dockerfile_in_the_web_builds_with_itself_as_context()
    {
        await using FaultServer server = new(static e => e.RespondAsync(200, "Last-Modified: Thu, 01 Jan 1970 00:01:40 GMT", "FROM scratch\nCOPY context /x\n"));
        Built built = await Workshop.BuildAsync(_workshop.Engine, Request(server.Address + "/Dockerfile.txt"));
        Assert.Equal(["f 0600 0:0 x \"FROM scratch\nCOPY context /x\n\""], (await Layers.OfAsync(built.Image))[0]);
        Assert.Equal(100, built.Image.Config.Created?.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_Dockerfile_in_the_web_can_have_a_directory()
    {
        await using FaultServer server = new(static e => e.RespondAsync(200, "", "FROM scratch\nCOPY a /\n"));
        _workshop.Context.File("a", "A");
        Assert.Equal(["f 0644 0:0 a \"A\""], await FilesAsync(_workshop.Context.Path, server.Address + "/Dockerfile"));
        _workshop.Context.File(".dockerignore", "a");
        Diagnostic finding = await FailAsync(_workshop.Context.Path, server.Address + "/Dockerfile?token=secret");
        Assert.Equal(EngineCodes.SourceNotFound, finding.Code);
        Assert.DoesNotContain("secret", finding.Where.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_builds_with_the_Dockerfile_in_it_and_ignores_no_file()
    {
        await using GitServer server = new(_workshop["served"]);
        GitWork work = new(_workshop["served"], "app.git", _workshop["work"]);
        work.Files.File("Dockerfile", "FROM scratch\nCOPY a .dockerignore /\n").File("a", "A").File(".dockerignore", "a\n").File("sub/Dockerfile", "FROM scratch\nCOPY b /\n").File("sub/b", "B").File("other", "FROM scratch\nCOPY sub/b /c\n");
        work.Commit();
        string address = server.Address + "/app.git";
        Assert.Equal(["f 0644 0:0 .dockerignore \"a\n\"", "f 0644 0:0 a \"A\""], await FilesAsync(address));
        Assert.Equal(["f 0644 0:0 b \"B\""], await FilesAsync(address + "#main:sub"));
        Assert.Equal(["f 0644 0:0 c \"B\""], await FilesAsync(address, "other"));
        Assert.Equal(["f 0644 0:0 c \"B\""], await FilesAsync(address, "./sub/../other"));
        Assert.Equal(["f 0644 0:0 b \"B\""], await FilesAsync(address, "-", "FROM scratch\nCOPY sub/b /\n"));
        Diagnostic finding = await FailAsync(address, "othr");
        Assert.Equal((EngineCodes.DockerfileUnreadable, "did you mean \"other\"?"), (finding.Code, finding.Hint));
        Built built = await Workshop.BuildAsync(_workshop.Engine, Request(address));
        Assert.Equal(1_600_000_001, built.Image.Config.Created?.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_Dockerfile_of_this_machine_can_have_a_repository()
    {
        await using GitServer server = new(_workshop["served"]);
        GitWork work = new(_workshop["served"], "app.git", _workshop["work"]);
        work.Files.File("a", "A");
        work.Commit();
        _workshop.Context.File("mine", "FROM scratch\nCOPY a /\n");
        Assert.Equal(["f 0644 0:0 a \"A\""], await FilesAsync(server.Address + "/app.git", _workshop.Context["mine"]));
    }

    [Fact]
    public async Task A_hostile_repository_shows_no_file_of_this_machine()
    {
        await using GitServer server = new(_workshop["served"]);
        GitWork work = new(_workshop["served"], "app.git", _workshop["work"]);
        work.Files.Link("Dockerfile", "/etc/passwd");
        work.Commit();
        Assert.Equal(EngineCodes.DockerfileUnreadable, (await FailAsync(server.Address + "/app.git")).Code);
    }

    [Fact]
    public async Task The_git_directory_of_a_repository_is_kept_when_asked()
    {
        await using GitServer server = new(_workshop["served"]);
        GitWork work = new(_workshop["served"], "app.git", _workshop["work"]);
        work.Files.File("Dockerfile", "FROM scratch\nCOPY .git/HEAD /\n");
        string commit = work.Commit();
        string address = server.Address + "/app.git";
        Assert.Equal(EngineCodes.SourceNotFound, (await FailAsync(address)).Code);
        string[] expected = [$"f 0644 0:0 HEAD \"{commit}\n\""];
        Assert.Equal(expected, await FilesAsync(address + "?keep-git-dir"));
        Assert.Equal(expected, await _workshop.FilesAsync("", _ => Request(address) with { Arguments = Request(address).Arguments.Add("BUILDKIT_CONTEXT_KEEP_GIT_DIR", "1") }));
    }

    [Fact]
    public async Task The_time_of_the_context_can_be_asked_for_and_is_seen_as_a_number()
    {
        await using GitServer server = new(_workshop["served"]);
        GitWork work = new(_workshop["served"], "app.git", _workshop["work"]);
        work.Files.File("Dockerfile", "FROM scratch\nARG SOURCE_DATE_EPOCH\nLABEL at=$SOURCE_DATE_EPOCH\n");
        work.Commit();
        BuildRequest request = Request(server.Address + "/app.git");
        Built built = await Workshop.BuildAsync(_workshop.Engine, request with { Arguments = request.Arguments.Add("SOURCE_DATE_EPOCH", "context") });
        Assert.Equal("1600000001", built.Image.Config.Config.Labels?["at"]);
    }

    [Fact]
    public async Task A_store_within_the_context_is_no_part_of_it()
    {
        Folder around = new(_workshop.StatePath[..^"/state".Length]);
        around.File("state-of-things", "A").File(".dockerignore", "*\n!state*\n");
        Directory.CreateSymbolicLink(_workshop["through"], around.Path);
        string[] expected = ["f 0644 0:0 state-of-things \"A\""];
        Assert.Equal(expected, await _workshop.FilesAsync("FROM scratch\nCOPY . /\n", r => r with { Context = BuildContext.FromDirectory(around.Path) }));
        Assert.Equal(expected, await _workshop.FilesAsync("FROM scratch\nCOPY . /\n", r => r with { Context = BuildContext.FromDirectory(_workshop["through"]) }));
        Diagnostic finding = await _workshop.FailAsync("FROM scratch\nCOPY state/images /\n", r => r with { Context = BuildContext.FromDirectory(around.Path) });
        Assert.Equal("\"state/images\" is Caisson's own store, which no context holds", finding.Message);
    }

    [Fact]
    public async Task Small_letters_name_a_Dockerfile_too()
    {
        _workshop.Context.File("dockerfile", "FROM scratch\nCOPY a /\n").File("a", "A");
        Assert.Equal(["f 0644 0:0 a \"A\""], await FilesAsync(_workshop.Context.Path));
    }

    [Fact]
    public async Task The_ignore_file_of_a_named_directory_counts_for_it()
    {
        Folder other = _workshop.Folder("other").File("a", "A").File("b", "B").File(".dockerignore", "b\n.dockerignore\n");
        Assert.Equal(["f 0644 0:0 a \"A\""], await _workshop.FilesAsync("FROM scratch\nCOPY --from=other . /\n", r => r with { NamedContexts = r.NamedContexts.Add("other", other.Path) }));
    }

    [Fact]
    public async Task An_empty_image_is_a_named_context() =>
        Assert.Equal(["f 0644 0:0 a \"A\n\""], await _workshop.FilesAsync("FROM base\nCOPY <<a /a\nA\na\n", static r => r with { NamedContexts = r.NamedContexts.Add("base", "docker-image://scratch") }));

    [Theory]
    [InlineData("target:other", "targets of other builds are known to bake files only", "a stage of this Dockerfile is named with COPY --from=STAGE or FROM STAGE")]
    [InlineData("docker-imge://alpine", "which is of no known kind", "did you mean \"docker-image://\"?")]
    [InlineData("s3://bucket/x", "which is of no known kind", null)]
    public async Task A_named_context_of_no_kind_is_refused(string value, string message, string? hint)
    {
        Diagnostic finding = await _workshop.FailAsync("FROM scratch\nCOPY --from=x . /\n", r => r with { NamedContexts = r.NamedContexts.Add("x", value) });
        Assert.Equal(EngineCodes.UnknownContextKind, finding.Code);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
        if (hint is not null)
            Assert.Equal(hint, finding.Hint);
    }

    [Fact]
    public async Task A_named_context_that_is_a_file_is_no_directory()
    {
        Folder files = _workshop.Folder("files").File("a", "A");
        Diagnostic finding = await _workshop.FailAsync("FROM scratch\nCOPY --from=x . /\n", r => r with { NamedContexts = r.NamedContexts.Add("x", files["a"]) });
        Assert.Equal((EngineCodes.ContextUnreadable, true), (finding.Code, finding.Message.EndsWith("it is not a directory", StringComparison.Ordinal)));
    }

    private Task<string[]> FilesAsync(string context, string? dockerfile = null, string input = "") => _workshop.FilesAsync("", _ => Request(context, dockerfile, input));

    private Task<Diagnostic> FailAsync(string context, string? dockerfile = null, string input = "") => _workshop.FailAsync("", _ => Request(context, dockerfile, input));

    private static BuildRequest Request(string context, string? dockerfile = null, string input = "") => new()
    {
        Context = BuildContext.FromLocation(context),
        DockerfilePath = dockerfile,
        StandardInput = new MemoryStream(Encoding.UTF8.GetBytes(input)),
        Exports = [new Export.Store([])],
    };
}
