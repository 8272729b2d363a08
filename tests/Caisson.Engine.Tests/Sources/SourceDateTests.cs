using Caisson.Engine.Sources;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Native;

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
        Built built = await _workshop.BuildAsync(Dockerfile, static r => r with { SourceDateEpoch = "1000000" });
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_000_000), built.Image.Config.Created);
        Assert.All(built.Image.Config.History!.Value, static h => Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_000_000), h.Created)); // a build writes history
        Assert.Equal(["f 0644 0:0 a \"A\" @1000000"], await Layers.OfAsync(built.Image.Layers[0], withTimes: true));
    }

    [Fact]
    public async Task The_build_argument_goes_first() =>
        await AssertTimeAsync(7, static r => r with { SourceDateEpoch = "8", Arguments = r.Arguments.Add("SOURCE_DATE_EPOCH", "7") });

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
        await AssertTimeAsync(9, static r => r with { SourceDateEpoch = "9" });
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
