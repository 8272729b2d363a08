using System.Text;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Exporting;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Sources;

/// <summary>ADD of git repositories, from a real git server.</summary>
public sealed class GitSourceTests : IAsyncLifetime
{
    private Workshop _workshop = null!; // made before each test
    private GitServer _server = null!;
    private GitWork _work = null!;

    private string Repository => _server.Address + "/app.git";

    public async ValueTask InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync();
        _server = new GitServer(_workshop["served"]);
        _work = new GitWork(_workshop["served"], "app.git", _workshop["work"]);
        _work.Files.File("a", "A").File("run", "#!", mode: 0x1ED).File("sub/b", "B").Link("link", "sub/b");
        _work.Commit();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _workshop.DisposeAsync();
    }

    [Fact]
    public async Task The_files_of_the_default_branch_are_added_without_git_itself()
    {
        Assert.Equal(
            ["d 0755 0:0 src", "f 0644 0:0 src/a \"A\"", "l 0:0 src/link -> sub/b", "f 0755 0:0 src/run \"#!\"", "d 0755 0:0 src/sub", "f 0644 0:0 src/sub/b \"B\""],
            await AddAsync("{0} /src"));
    }

    [Fact]
    public async Task Branches_tags_commits_and_directories_are_named_in_the_address()
    {
        string first = _work.Head;
        _work.Run("tag", "light");
        _work.Run("tag", "--annotate", "--message", "x", "v1");
        _work.Run("branch", "side/one");
        _work.Files.File("a", "new");
        _work.Commit();
        foreach (string reference in (string[])["light", "v1", "refs/tags/v1", "side/one", "refs/heads/side/one", first])
            Assert.Equal(["f 0644 0:0 a \"A\""], (await AddAsync($"{{0}}#{reference} /")).Where(static f => f.Contains(" a ", StringComparison.Ordinal)));
        Assert.Contains("f 0644 0:0 a \"new\"", await AddAsync("{0} /"));
        Assert.Contains("f 0644 0:0 a \"new\"", await AddAsync("{0}?branch=main /"));
        Assert.Contains("f 0644 0:0 a \"A\"", await AddAsync("{0}?tag=v1 /"));
        Assert.Equal(["f 0644 0:0 b \"B\""], await AddAsync("{0}#v1:sub /"));
        Assert.Equal(["f 0644 0:0 b \"B\""], await AddAsync("{0}?subdir=sub&ref=v1 /"));
    }

    [Fact]
    public async Task Of_a_branch_and_a_tag_of_one_name_the_branch_is_meant()
    {
        _work.Run("tag", "twin");
        _work.Files.File("a", "new");
        _work.Commit();
        _work.Run("branch", "twin");
        _work.Push();
        Assert.Contains("f 0644 0:0 a \"new\"", await AddAsync("{0}#twin /"));
    }

    [Fact]
    public async Task Files_have_the_time_of_the_commit_and_no_umask()
    {
        Built built = await _workshop.BuildAsync($"FROM scratch\nADD {Repository} /\n", static r => r with { Arguments = r.Arguments.SetItem("SOURCE_DATE_EPOCH", "1700000000") });
        Assert.All(await Layers.OfAsync(built.Image.Layers[^1], withTimes: true), static l => Assert.EndsWith(" @1600000001", l, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_commit_is_the_key_and_is_fetched_once()
    {
        string dockerfile = $"FROM scratch\nADD {Repository} /\n";
        Digest first = (await _workshop.BuildAsync(dockerfile)).Digest;
        await _workshop.ReopenAsync();
        int before = _server.Requests.Count;
        Built second = await _workshop.BuildAsync(dockerfile);
        Assert.Equal(first, second.Digest);
        Assert.All(second.Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
        Assert.All(_server.Requests.Skip(before), static r => Assert.DoesNotContain("Want", r.Target, StringComparison.Ordinal));
        _work.Files.File("a", "new");
        _work.Commit();
        Assert.Contains("done", Assert.Single((await _workshop.BuildAsync(dockerfile)).Steps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_store_comes_to_the_same_image_even_with_the_git_directory()
    {
        _work.Run("tag", "--annotate", "--message", "x", "v1");
        _work.Files.File("c", "C");
        _work.Commit();
        _work.Push();
        string dockerfile = $"FROM scratch\nADD --keep-git-dir=true {Repository}#v1 /src\n";
        Built one = await _workshop.BuildAsync(dockerfile);
        await using Workshop other = await Workshop.OpenAsync();
        await other.BuildAsync($"FROM scratch\nADD {Repository} /\n"); // its repository holds more by now
        Assert.Equal(one.Digest, (await other.BuildAsync(dockerfile)).Digest);
    }

    [Fact]
    public async Task A_kept_git_directory_is_a_repository_at_that_commit()
    {
        _work.Run("tag", "--annotate", "--message", "x", "v1");
        string commit = _work.Head;
        _work.Commit("next");
        await _workshop.BuildAsync($"FROM scratch\nADD --keep-git-dir=true {Repository}#v1 /\n", r => r with { Exports = [new Export.LocalDirectory(_workshop["out"])] });
        await InspectAsync("fsck", "--strict");
        Assert.Equal(("", commit, "v1"), (await InspectAsync("status", "--porcelain"), await InspectAsync("rev-parse", "HEAD"), await InspectAsync("describe", "--exact-match")));
        Assert.Contains(Repository, await InspectAsync("remote", "-v"), StringComparison.Ordinal);
        Assert.DoesNotContain(_workshop.StatePath, await File.ReadAllTextAsync(Path.Combine(_workshop["out"], ".git/config"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submodules_come_with_their_files_unless_they_are_left_out()
    {
        GitWork library = new(_workshop["served"], "library.git", _workshop["library"]);
        library.Files.File("l", "L");
        library.Commit();
        GitWork deeper = new(_workshop["served"], "deeper.git", _workshop["deeper"]);
        deeper.Files.File("d", "D");
        deeper.Commit();
        library.Run("submodule", "--quiet", "add", _workshop["served/deeper.git"], "deep");
        library.Run("config", "--file", ".gitmodules", "submodule.deep.url", "../deeper.git");
        library.Commit();
        _work.Run("submodule", "--quiet", "add", _workshop["served/library.git"], "lib");
        _work.Run("config", "--file", ".gitmodules", "submodule.lib.url", "../library.git");
        _work.Commit();
        string[] with = await AddAsync("{0} /");
        Assert.Contains("f 0644 0:0 lib/l \"L\"", with);
        Assert.Contains("f 0644 0:0 lib/deep/d \"D\"", with);
        Assert.DoesNotContain(with, static f => f.Contains(".git \"", StringComparison.Ordinal) || f.EndsWith("/.git", StringComparison.Ordinal));
        Assert.DoesNotContain(await AddAsync("{0}?submodules=false /"), static f => f.Contains("lib/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_submodule_on_this_machine_is_refused()
    {
        GitWork library = new(_workshop["served"], "library.git", _workshop["library"]);
        library.Files.File("l", "L");
        library.Commit();
        _work.Run("submodule", "--quiet", "add", _workshop["served/library.git"], "lib");
        _work.Commit();
        Diagnostic finding = await FailAsync("{0} /");
        Assert.Equal(2, finding.Where?.Line);
        Assert.Contains("transport 'file' not allowed", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ext::sh -c touch% {0}")]
    [InlineData("--upload-pack=touch {0}")]
    public async Task A_submodule_that_runs_something_does_not(string url)
    {
        string mark = _workshop["mark"];
        GitWork library = new(_workshop["served"], "library.git", _workshop["library"]);
        library.Commit();
        _work.Run("submodule", "--quiet", "add", _workshop["served/library.git"], "lib");
        _work.Run("config", "--file", ".gitmodules", "submodule.lib.url", url.Replace("{0}", mark, StringComparison.Ordinal));
        _work.Run("config", "--file", ".gitmodules", "submodule.lib.update", "!touch " + mark);
        _work.Commit();
        await FailAsync("{0} /");
        Assert.False(File.Exists(mark));
    }

    [Fact]
    public async Task A_link_leads_nowhere_out_of_the_repository()
    {
        _work.Files.Link("out", "/etc");
        _work.Commit();
        Assert.Contains("l 0:0 out -> /etc", await AddAsync("{0} /"));
        Diagnostic finding = await FailAsync("{0}#:out /");
        Assert.Equal(EngineCodes.GitDirectoryNotFound, finding.Code);
        Assert.Equal(EngineCodes.GitDirectoryNotFound, (await FailAsync("{0}#:out/ssl /")).Code);
    }

    [Theory]
    [InlineData("{0}#:sbu /", EngineCodes.GitDirectoryNotFound, "did you mean \"sub\"?")]
    [InlineData("{0}#:a /", EngineCodes.GitDirectoryNotFound, null)]
    [InlineData("{0}#mian /", EngineCodes.GitReferenceNotFound, "did you mean \"main\"?")]
    [InlineData("{0}#abcdef0 /", EngineCodes.GitReferenceNotFound, "a commit is named by its whole id, of 40 digits")]
    [InlineData("{0}#0123456789abcdef0123456789abcdef01234567 /", EngineCodes.GitReferenceNotFound, "is it pushed, and of this repository?")]
    [InlineData("--checksum=abcdef0 {0} /", EngineCodes.GitChecksumMismatch, "name the branch or tag that the commit is on")]
    [InlineData("--checksum=abcdef0 {0}#main /", EngineCodes.GitChecksumMismatch, "the reference has moved, or the checksum is of another one")]
    [InlineData("--checksum=abcdef0 {0}?fetch-by-commit /", EngineCodes.BadGitLocation, "write checksum=<40 hexadecimal digits>, or leave fetch-by-commit out")]
    [InlineData("{1}/other.git /", EngineCodes.GitNotFound, "check the address")]
    [InlineData("http://127.0.0.1:1/app.git /", EngineCodes.GitUnreachable, "check the address, the network and the proxy")]
    [InlineData("git://127.0.0.1:1/app.git /", EngineCodes.GitUnreachable, "check the address, the network and the proxy")]
    [InlineData("git@example.com:app.git /", EngineCodes.GitNeedsSsh, "give yours with --ssh default")]
    public async Task What_is_not_there_is_told_at_the_instruction(string add, string code, string? hint)
    {
        Diagnostic finding = await FailAsync(add);
        Assert.Equal((code, 2), (finding.Code, finding.Where?.Line));
        Assert.Equal(hint, finding.Hint);
    }

    [Fact]
    public async Task A_checksum_is_the_beginning_of_the_commit_or_of_its_tag()
    {
        _work.Run("tag", "--annotate", "--message", "x", "v1");
        _work.Push();
        string commit = _work.Head, tag = _work.Run("rev-parse", "v1").Trim();
        Assert.NotEqual(commit, tag);
        foreach (string add in (string[])[$"--checksum={commit[..7]} {{0}} /", $"--checksum={commit} {{0}}#v1 /", $"--checksum={tag[..10]} {{0}}#v1 /", $"{{0}}?checksum={commit}&fetch-by-commit /", $"{{0}}?checksum={commit}&fetch-by-commit=true&branch=main /"])
            Assert.Contains("f 0644 0:0 a \"A\"", await AddAsync(add));
    }

    [Fact]
    public async Task A_reference_that_moved_back_is_followed()
    {
        string first = _work.Head;
        _work.Files.File("a", "new");
        _work.Commit();
        Assert.Contains("f 0644 0:0 a \"new\"", await AddAsync("{0} /"));
        _work.Run("reset", "--quiet", "--hard", first);
        _work.Push();
        Assert.Contains("f 0644 0:0 a \"A\"", await AddAsync("{0} /"));
    }

    [Theory]
    [InlineData("GIT_AUTH_TOKEN", "secret\n", "Basic eC1hY2Nlc3MtdG9rZW46c2VjcmV0")]
    [InlineData("GIT_AUTH_TOKEN.{0}", "secret", "Basic eC1hY2Nlc3MtdG9rZW46c2VjcmV0")]
    [InlineData("GIT_AUTH_HEADER", "Bearer secret", "Bearer secret")]
    [InlineData("GIT_AUTH_HEADER.{0}", "Bearer secret", "Bearer secret")]
    public async Task Secrets_let_into_private_repositories(string id, string secret, string expected)
    {
        await using GitServer closed = new(_workshop["served"], expected);
        string add = $"FROM scratch\nADD {closed.Address}/app.git /\n";
        Assert.Equal(EngineCodes.GitUnauthorized, (await _workshop.FailAsync(add)).Code);
        string name = id.Replace("{0}", closed.Authority, StringComparison.Ordinal);
        Assert.Contains("f 0644 0:0 a \"A\"", await _workshop.FilesAsync(add, r => r with { Secrets = r.Secrets.Add(name, new SecretSource.Bytes(Encoding.UTF8.GetBytes(secret))) }));
    }

    [Fact]
    public async Task A_password_in_the_address_lets_in_and_stays_out_of_everything_else()
    {
        await using GitServer closed = new(_workshop["served"], "Basic " + Convert.ToBase64String("user:password"u8));
        string address = closed.Address.Replace("http://", "http://user:password@", StringComparison.Ordinal);
        Built built = await _workshop.BuildAsync($"FROM scratch\nADD --keep-git-dir=true {address}/app.git /\n", r => r with { Exports = [new Export.LocalDirectory(_workshop["out"])] });
        Assert.Contains(closed.Authority, await InspectAsync("remote", "-v"), StringComparison.Ordinal);
        Assert.All(
            Directory.GetFiles(_workshop["out"], "*", SearchOption.AllDirectories),
            static f => Assert.DoesNotContain("password", File.ReadAllText(f, Encoding.Latin1), StringComparison.Ordinal));
        Assert.DoesNotContain(built.Events, static e => e.ToString().Contains("password", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_password_in_the_address_is_in_no_diagnostic()
    {
        Diagnostic finding = await _workshop.FailAsync("FROM scratch\nADD http://user:password@127.0.0.1:1/app.git /\n");
        Assert.DoesNotContain("password", finding.ToString(), StringComparison.Ordinal);
        Assert.Contains("ADD http://*************@127.0.0.1:1/app.git /", finding.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_SSH_the_agent_of_the_build_is_used_and_nothing_else()
    {
        string log = _workshop["ssh.log"], tools = Directory.CreateDirectory(_workshop["tools"]).FullName, socket = _workshop["agent.sock"];
        // Says what it was called with, and is the other machine at the same time.
        await File.WriteAllTextAsync(Path.Combine(tools, "ssh"), $"#!/bin/sh\necho \"$SSH_AUTH_SOCK|$HOME|$*\" >> '{log}'\nfor command; do :; done\ncd '{_workshop["served"]}' && exec sh -c \"$command\"\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(Path.Combine(tools, "ssh"), (UnixFileMode)0b111_101_101);
        using System.Net.Sockets.Socket agent = new(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        agent.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(socket));
        await using Workshop workshop = await Workshop.OpenAsync(o => o with { SearchPath = tools + ":" + o.SearchPath });
        string[] files = await workshop.FilesAsync("FROM scratch\nADD git@git.example:app.git#main:sub /\n", r => r with { SshAgents = r.SshAgents.Add("default", new SshAgentSource([socket])) });
        Assert.Equal(["f 0644 0:0 b \"B\""], files);
        string[] calls = await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken);
        Assert.All(calls, call => Assert.StartsWith($"{socket}|/dev/null|-F /dev/null -o BatchMode=yes", call, StringComparison.Ordinal));
        Assert.All(calls, static call => Assert.Contains(" -o IdentityFile=none ", call, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_named_context_may_be_a_repository_and_a_base_too()
    {
        Func<BuildRequest, BuildRequest> named = r => r with { NamedContexts = r.NamedContexts.Add("code", Repository + "#main:sub") };
        Assert.Equal(["f 0644 0:0 b \"B\""], await _workshop.FilesAsync("FROM scratch\nCOPY --from=code . /\n", named));
        Assert.Equal(["f 0644 0:0 b \"B\""], await _workshop.FilesAsync("FROM code\n", named));
    }

    // A repository that was exported is looked at as its user would.
    private async Task<string> InspectAsync(params string[] arguments) => (await Tool.RunAsync("git", ["-c", "safe.directory=*", "-C", _workshop["out"], .. arguments])).Trim();

    private Task<string[]> AddAsync(string add) => _workshop.FilesAsync(Dockerfile(add));

    private Task<Diagnostic> FailAsync(string add) => _workshop.FailAsync(Dockerfile(add));

    private string Dockerfile(string add) => $"FROM scratch\nADD {add.Replace("{0}", Repository, StringComparison.Ordinal).Replace("{1}", _server.Address, StringComparison.Ordinal)}\n";
}
