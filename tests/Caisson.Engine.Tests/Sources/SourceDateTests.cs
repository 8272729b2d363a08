using Caisson.Dockerfile.Source;
using Caisson.Engine.Sources;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Native;
using Caisson.Oci.Tests.Registry.Testing;

namespace Caisson.Engine.Tests.Sources;

/// <summary>Where the time of an image comes from.</summary>
public sealed class SourceDateTests : IAsyncLifetime
{
    private const string Dockerfile = "FROM scratch\nCOPY a /\n";

    private Workshop _workshop = null!; // made before each test

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync();
        _workshop.Context.File("a", "A");
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("1700000000", 1700000000L)]
    [InlineData("-1", -1L)]
    [InlineData("9999999999", 9999999999L)]
    [InlineData("", null)]
    [InlineData("1.5", null)]
    [InlineData("1e9", null)]
    [InlineData("2026-01-01", null)]
    [InlineData(" 1", null)]
    [InlineData("99999999999999999999", null)]
    public void A_time_is_a_number_of_seconds(string text, long? seconds) => Assert.Equal(seconds, SourceDate.TryParse(text)?.Seconds);

    [Fact]
    public async Task Without_anything_it_is_the_beginning() => await AssertTimeAsync(0);

    [Fact]
    public async Task What_is_asked_for_is_the_time_of_the_image_its_history_and_its_files()
    {
        _workshop.Context.Time("a", 5_000_000);
        Built built = await _workshop.BuildAsync(Dockerfile, static r => r with { Arguments = r.Arguments.SetItem("SOURCE_DATE_EPOCH", "1000000") });
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_000_000), built.Image.Config.Created);
        Assert.All(built.Image.Config.History!.Value, static h => Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_000_000), h.Created)); // a build writes history
        Assert.Equal(["f 0644 0:0 a \"A\" @1000000"], await Layers.OfAsync(built.Image.Layers[0], withTimes: true));
    }

    [Fact]
    public async Task The_Dockerfile_may_say_it_before_its_first_stage()
    {
        Built built = await _workshop.BuildAsync("ARG SOURCE_DATE_EPOCH=7\nFROM scratch\nARG SOURCE_DATE_EPOCH\nLABEL at=$SOURCE_DATE_EPOCH\n");
        Assert.Equal((7, "7"), (built.Image.Config.Created?.ToUnixTimeSeconds(), built.Image.Config.Config.Labels?["at"]));
    }

    [Fact]
    public async Task The_build_argument_goes_before_what_the_Dockerfile_says()
    {
        Built built = await _workshop.BuildAsync("ARG SOURCE_DATE_EPOCH=7\nFROM scratch\n", static r => r with { Arguments = r.Arguments.Add("SOURCE_DATE_EPOCH", "8") });
        Assert.Equal(8, built.Image.Config.Created?.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_named_context_that_is_a_work_tree_gives_the_time_of_its_newest_commit()
    {
        await CommitAsync("@1600000000 +0200");
        string tree = _workshop.Context.Path;
        Built built = await _workshop.BuildAsync("FROM scratch\nARG SOURCE_DATE_EPOCH\nLABEL at=$SOURCE_DATE_EPOCH\n", r => Named(r, "src") with { NamedContexts = r.NamedContexts.Add("src", tree) });
        Assert.Equal("1600000000", built.Image.Config.Config.Labels?["at"]);
    }

    [Fact]
    public async Task A_stage_that_is_one_repository_gives_the_time_of_its_commit()
    {
        await using GitServer server = new(_workshop["served"]);
        GitWork work = new(_workshop["served"], "app.git", _workshop["work"]);
        work.Files.File("a", "A");
        work.Commit();
        string dockerfile = $"ARG WHERE={server.Address}\nFROM scratch AS source\nARG WHERE\nADD $WHERE/app.git /\nFROM scratch\nARG SOURCE_DATE_EPOCH\nLABEL at=$SOURCE_DATE_EPOCH\n";
        Built built = await _workshop.BuildAsync(dockerfile, static r => Named(r, "Source"));
        Assert.Equal("1600000001", built.Image.Config.Config.Labels?["at"]);
    }

    [Fact]
    public async Task A_stage_that_is_one_file_has_the_time_that_its_server_tells_or_of_the_newest_file_in_it()
    {
        Folder files = _workshop.Folder("archived").File("a", "A").Time("a", 3).File("b", "B").Time("b", 4);
        await Tool.RunAsync("tar", "-C", files.Path, "-cf", _workshop["a.tar"], ".");
        byte[] archive = await File.ReadAllBytesAsync(_workshop["a.tar"], Ct);
        string headers = "";
        await using FaultServer server = new(e => e.RespondAsync(200, headers, archive));
        string dockerfile = $"FROM scratch AS source\nADD {server.Address}/a.tar /\nFROM scratch\n";
        Assert.Equal(4, (await _workshop.BuildAsync(dockerfile, static r => Named(r, "source"))).Image.Config.Created?.ToUnixTimeSeconds());
        headers = "Last-Modified: Thu, 01 Jan 1970 00:01:40 GMT";
        Assert.Equal(100, (await _workshop.BuildAsync(dockerfile, static r => Named(r, "source"))).Image.Config.Created?.ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData("FROM scratch AS source\nCOPY a /\n", "SOURCE_DATE_EPOCH is the stage \"source\", which is more than one file or repository from elsewhere")]
    [InlineData("FROM scratch AS source\nADD a /\n", "SOURCE_DATE_EPOCH is the stage \"source\", which is more than one file or repository from elsewhere")]
    [InlineData("FROM scratch AS source\n", "SOURCE_DATE_EPOCH is the stage \"source\", which is more than one file or repository from elsewhere")]
    [InlineData("FROM scratch AS sources\n", "SOURCE_DATE_EPOCH is \"source\", which is no time")]
    public async Task A_stage_that_has_no_time_is_refused(string dockerfile, string message)
    {
        Diagnostic finding = await _workshop.FailAsync(dockerfile, static r => Named(r, "source"));
        Assert.Equal((EngineCodes.BadSourceDate, message), (finding.Code, finding.Message));
    }

    [Fact]
    public async Task A_misspelled_stage_is_suggested() =>
        Assert.Equal("did you mean \"sources\"?", (await _workshop.FailAsync("FROM scratch AS sources\n", static r => Named(r, "source"))).Hint);

    [Fact]
    public async Task A_context_without_a_time_is_refused()
    {
        string plain = _workshop.Folder("plain").Path;
        Diagnostic finding = await _workshop.FailAsync("FROM scratch\n", r => Named(r, "plain") with { NamedContexts = r.NamedContexts.Add("plain", plain) });
        Assert.Equal((EngineCodes.BadSourceDate, "SOURCE_DATE_EPOCH is \"plain\", which has no time of its own"), (finding.Code, finding.Message));
    }

    [Fact]
    public async Task A_work_tree_gives_the_time_of_its_newest_commit()
    {
        await CommitAsync("@1600000000 +0200");
        await AssertTimeAsync(1_600_000_000);
    }

    [Fact]
    public async Task What_is_asked_for_goes_before_the_commit()
    {
        await CommitAsync("@1600000000 +0000");
        await AssertTimeAsync(9, static r => r with { Arguments = r.Arguments.SetItem("SOURCE_DATE_EPOCH", "9") });
    }

    [Fact]
    public async Task A_work_tree_without_commits_has_no_time()
    {
        Tool.Require("git");
        await Tool.RunAsync("git", "init", "-q", _workshop.Context.Path);
        await AssertTimeAsync(0);
    }

    [Fact]
    public async Task A_directory_within_a_work_tree_is_none()
    {
        await CommitAsync("@1600000000 +0000");
        Folder sub = new(_workshop.Context["sub"]);
        sub.File("a", "A");
        await AssertTimeAsync(0, r => r with { Context = BuildContext.FromDirectory(sub.Path) });
    }

    // The repository may be anyone's: nothing that it names is run.
    [Fact]
    public async Task Nothing_that_a_repository_configures_is_run()
    {
        await CommitAsync("@1600000000 +0000");
        string mark = _workshop["run"];
        foreach (string key in (string[])["core.fsmonitor", "core.pager", "core.sshCommand", "core.alternateRefsCommand", "gpg.program"])
            await Tool.RunAsync("git", "-C", _workshop.Context.Path, "config", key, $"touch {mark}");
        await AssertTimeAsync(1_600_000_000);
        Assert.False(File.Exists(mark));
    }

    [Fact]
    public async Task Another_users_repository_gives_its_time_as_well()
    {
        Assert.SkipUnless(CurrentProcess.EffectiveUserId == 0, "needs root");
        await CommitAsync("@1600000000 +0000");
        await Tool.RunAsync("chown", "-R", "65534:65534", _workshop.Context.Path);
        await AssertTimeAsync(1_600_000_000);
    }

    private static BuildRequest Named(BuildRequest request, string name) => request with { Arguments = request.Arguments.SetItem(SourceDate.Variable, name) };

    private async Task CommitAsync(string date)
    {
        Tool.Require("git");
        string path = _workshop.Context.Path;
        await Tool.RunAsync("git", "init", "-q", path);
        await Tool.RunAsync("git", "-C", path, "add", ".");
        await Tool.RunAsync("env", $"GIT_COMMITTER_DATE={date}", "GIT_AUTHOR_DATE=@1 +0000", "git", "-C", path, "-c", "user.name=A B", "-c", "user.email=a@b.invalid", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "committer x 1 +0000");
    }

    private async Task AssertTimeAsync(long seconds, Func<BuildRequest, BuildRequest>? edit = null)
    {
        Ct.ThrowIfCancellationRequested();
        Built built = await _workshop.BuildAsync(Dockerfile, edit);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(seconds), built.Image.Config.Created);
    }
}
