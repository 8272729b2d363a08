using System.Text;
using System.Text.RegularExpressions;
using Caisson.Engine.Exporting;
using Caisson.Engine.History;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Files;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.History;

/// <summary>What is remembered of builds, and for how long.</summary>
public sealed class BuildHistoryTests : IAsyncLifetime
{
    private const string Dockerfile = "FROM scratch AS base\nCOPY a /\nFROM base AS end\nCOPY b /\n";

    private Workshop _workshop = null!; // made before each test

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private BuildHistory History => BuildHistory.Open(_workshop.StatePath);

    private string Directory => Path.Combine(_workshop.StatePath, "history");

    public async ValueTask InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync();
        _workshop.Context.File("a", "A").File("b", "B");
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task A_build_is_remembered_with_what_was_asked_for_and_what_came_of_it()
    {
        Built built = await _workshop.BuildAsync(Dockerfile, static r => r with
        {
            Target = "end",
            Arguments = r.Arguments.Add("V", "1\t2\n\\3").Add("HTTP_PROXY", "http://user:password@proxy.invalid"),
            FreshStages = ["base"],
            Exports = [new Export.Store([Reference.Parse("app:1")]), new Export.OciDirectory(r.Context.Location + "/../out", [Reference.Parse("app:2")])],
        });
        BuildRecord build = Assert.Single(History.List());
        Assert.Equal(built.Result.BuildId, build.Id);
        Assert.Equal((BuildOutcome.Completed, "end", "linux/amd64"), (build.Outcome, build.Target, build.Platform));
        Assert.Equal((_workshop.Context.Path, _workshop["Dockerfile"]), (build.Context, build.Dockerfile));
        Assert.Equal(["http://proxy.invalid", "1\t2\n\\3"], build.Arguments.Values);
        Assert.Equal(["app:1", "app:2"], build.Tags);
        Assert.Equal(["--no-cache-filter=base"], build.Options);
        Assert.Equal((built.Digest.Value, built.Image.Manifest.Config.Digest.Value), (build.ImageDigest, build.ImageId));
        Assert.Equal([("base", 1, 2), ("end", 1, 4)], build.Steps.Where(static s => s.StageNumber > 0).Select(static s => (s.Stage, s.StageNumber, s.Line ?? 0)));
        Assert.All(build.Steps, static s => Assert.Equal(StepOutcome.Done, s.Outcome));
        Assert.All(build.Steps, s => Assert.InRange(s.Start + s.Duration, TimeSpan.Zero, build.Duration));
    }

    [Fact]
    public async Task A_second_build_is_remembered_as_hits_and_in_one_small_file()
    {
        await _workshop.BuildAsync(Dockerfile);
        await _workshop.BuildAsync(Dockerfile);
        BuildRecord build = History.Find("^0");
        Assert.All(build.Steps.Where(static s => s.StageNumber > 0), static s => Assert.Equal(StepOutcome.Hit, s.Outcome));
        FileInfo only = new(Assert.Single(System.IO.Directory.GetFiles(Path.Combine(Directory, build.Id))));
        Assert.InRange(only.Length, 1, 4096);
    }

    [Fact]
    public async Task A_build_that_fails_is_remembered_with_its_finding()
    {
        await _workshop.FailAsync("FROM scratch\nCOPY missing /\n");
        BuildRecord build = History.Find("^0");
        BuildFinding error = Assert.Single(build.Errors);
        Assert.Equal((BuildOutcome.Failed, "Dockerfile", 2), (build.Outcome, Path.GetFileName(error.File), error.Line));
        Assert.StartsWith("CSN2", error.Code, StringComparison.Ordinal);
        Assert.NotEmpty(error.Message);
    }

    [Fact]
    public async Task A_build_that_is_stopped_is_remembered_as_interrupted()
    {
        using CancellationTokenSource stopped = new();
        await stopped.CancelAsync();
        await using (Build build = _workshop.Engine.Start(_workshop.Request(Dockerfile), stopped.Token))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build.Completion);
        Assert.All(History.List(), static b => Assert.Equal(BuildOutcome.Interrupted, b.Outcome));
    }

    [Fact]
    public async Task Builds_are_found_by_id_by_its_beginning_and_by_how_many_followed()
    {
        for (int i = 0; i < 3; i++)
            await _workshop.BuildAsync(Dockerfile);
        BuildRecord[] builds = [.. History.List()];
        Assert.Equal(builds.Select(static b => b.Id).Order(StringComparer.Ordinal).Reverse(), builds.Select(static b => b.Id));
        Assert.Equal(builds.Select(static b => b.Id), ((string[])["^0", "^1", "^2"]).Select(name => History.Find(name).Id));
        Assert.Equal(builds[1].Id, History.Find(builds[1].Id).Id);
        Assert.Equal(builds[1].Id, History.Find("^").Id);
        string other = builds[0].Id[0] == 'v' ? "u" : "v";
        string alone = other + builds[0].Id[1..];
        System.IO.Directory.Move(Path.Combine(Directory, builds[0].Id), Path.Combine(Directory, alone));
        Assert.Equal(alone, History.Find(other).Id);
    }

    [Fact]
    public async Task What_names_no_build_gets_a_finding_with_a_hint()
    {
        AssertFinding("^0", EngineCodes.UnknownBuild, "there is no build ^0 in the history: the history is empty", "caisson history ls lists the builds");
        await _workshop.BuildAsync(Dockerfile);
        await _workshop.BuildAsync(Dockerfile);
        string newest = History.Find("^0").Id;
        string common = newest[..1];
        AssertFinding("^2", EngineCodes.UnknownBuild, "there is no build ^2 in the history: the oldest of 2 is ^1", "caisson history ls lists the builds");
        AssertFinding("^x", EngineCodes.UnknownBuild, "there is no build \"^x\"", "write ^ and a number: ^0 is the newest build, ^1 the one before it");
        AssertFinding("something", EngineCodes.UnknownBuild, "there is no build \"something\" in the history", "caisson history ls lists the builds; ^0 is the newest");
        AssertFinding(newest + "z", EngineCodes.UnknownBuild, $"there is no build \"{newest}z\" in the history", $"did you mean \"{newest}\"?");
        AssertFinding(common, EngineCodes.AmbiguousBuild, $"2 builds begin with \"{common}\"", $"write more of the id: {newest}, {History.Find("^1").Id}");
    }

    [Fact]
    public async Task Steps_are_found_by_number_and_by_stage()
    {
        await _workshop.BuildAsync(Dockerfile);
        BuildRecord build = History.Find("^0");
        Assert.Equal("COPY a /", BuildHistory.FindStep(build, "1").Instruction);
        Assert.Equal("COPY b /", BuildHistory.FindStep(build, "END:1").Instruction);
        BuildException unknown = Assert.Throws<BuildException>(() => BuildHistory.FindStep(build, "bse:1"));
        Assert.Equal((EngineCodes.UnknownStep, "did you mean \"base:1\"?"), (unknown.Code, unknown.Diagnostics[0].Hint));
    }

    [Fact]
    public async Task The_newest_builds_are_kept()
    {
        await using BuildEngine engine = await Workshop.OpenEngineAsync(_workshop.StatePath, static o => o with { HistoryMaxBuilds = 2 });
        List<string?> ids = [];
        for (int i = 0; i < 4; i++)
            ids.Add((await Workshop.BuildAsync(engine, _workshop.Request(Dockerfile))).Result.BuildId);
        Assert.Equal([ids[3], ids[2]], History.List().Select(static b => b.Id));
    }

    [Fact]
    public async Task Nothing_is_remembered_where_no_build_may_be_kept()
    {
        await using BuildEngine engine = await Workshop.OpenEngineAsync(_workshop.StatePath, static o => o with { HistoryMaxBuilds = 0 });
        Assert.Null((await Workshop.BuildAsync(engine, _workshop.Request(Dockerfile))).Result.BuildId);
        Assert.False(System.IO.Directory.Exists(Directory));
    }

    [Fact]
    public async Task Large_builds_make_room_and_the_newest_stays()
    {
        for (int i = 0; i < 3; i++)
            await _workshop.BuildAsync(Dockerfile);
        string[] ids = [.. History.List().Select(static b => b.Id)];
        await File.WriteAllBytesAsync(Path.Combine(Directory, ids[1], "9.log"), new byte[100_000], Ct);
        BuildHistory.Trim(Directory, 100, 90_000);
        Assert.Equal([ids[0]], History.List().Select(static b => b.Id));
        BuildHistory.Trim(Directory, 100, 1);
        Assert.Equal([ids[0]], History.List().Select(static b => b.Id));
    }

    [Fact]
    public async Task A_build_that_goes_on_is_not_removed()
    {
        await _workshop.BuildAsync(Dockerfile);
        string id = History.Find("^0").Id;
        string journal = Path.Combine(Directory, id, "build");
        await File.WriteAllLinesAsync(journal, (await File.ReadAllLinesAsync(journal, Ct)).SkipLast(1), Ct);
        using (FileLock? held = FileLock.TryAcquireDirectory(Path.Combine(Directory, id)))
        {
            Assert.NotNull(held);
            Assert.Equal(BuildOutcome.Running, History.Find(id).Outcome);
            Assert.Equal(EngineCodes.BuildRunning, Assert.Throws<BuildException>(() => History.Remove(History.Find(id))).Code);
            BuildHistory.Trim(Directory, 0, limitBytes: null);
        }
        Assert.Equal(BuildOutcome.Interrupted, History.Find(id).Outcome);
        History.Remove(History.Find(id));
        Assert.Empty(System.IO.Directory.GetDirectories(Directory));
    }

    [Fact]
    public async Task A_line_that_was_cut_short_is_passed_over()
    {
        await _workshop.BuildAsync(Dockerfile);
        string id = History.Find("^0").Id;
        string journal = Path.Combine(Directory, id, "build");
        string whole = await File.ReadAllTextAsync(journal, Ct);
        for (int length = 0; length < whole.Length; length += 7)
        {
            await File.WriteAllTextAsync(journal, whole[..length], Encoding.UTF8, Ct);
            Assert.All(History.List(), static b => Assert.Equal(BuildOutcome.Interrupted, b.Outcome));
        }
    }

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("-9223372036854775808")]
    [InlineData("99999999999999999999999")]
    [InlineData("x")]
    public async Task A_damaged_journal_hinders_nobody(string number)
    {
        string id = (await _workshop.BuildAsync(Dockerfile)).Result.BuildId!; // it is remembered
        string journal = Path.Combine(Directory, id, "build");
        string whole = await File.ReadAllTextAsync(journal, Ct);
        await File.WriteAllTextAsync(journal, Regex.Replace(whole, @"(?<=\t)\d+(?=\t)", number), Ct);
        BuildRecord damaged = History.Find(id);
        Assert.Equal(_workshop.Context.Path, damaged.Context);
        await _workshop.BuildAsync(Dockerfile);
        Assert.Equal(2, History.List().Count());
    }

    [Fact]
    public async Task What_is_no_journal_is_no_build()
    {
        string id = (await _workshop.BuildAsync(Dockerfile)).Result.BuildId!; // it is remembered
        string journal = Path.Combine(Directory, id, "build");
        byte[] noise = new byte[4096];
        new Random(20261121).NextBytes(noise);
        await File.WriteAllBytesAsync(journal, noise, Ct);
        Assert.Empty(History.List());
        using (FileStream huge = File.OpenWrite(journal))
            huge.SetLength(1L << 40);
        Assert.Empty(History.List());
        Assert.Equal(EngineCodes.UnknownBuild, CodeOf(() => History.Find(id)));
    }

    private static string CodeOf(Action look) => Assert.Throws<BuildException>(look).Code;

    [Fact]
    public async Task A_history_that_cannot_be_written_is_a_warning()
    {
        await File.WriteAllTextAsync(Directory, "no directory", Ct);
        Built built = await _workshop.BuildAsync(Dockerfile);
        Assert.StartsWith("the history of this build is not complete: ", Assert.Single(built.Warnings), StringComparison.Ordinal);
    }

    private void AssertFinding(string name, string code, string message, string hint)
    {
        BuildException failure = Assert.Throws<BuildException>(() => History.Find(name));
        Assert.Equal((code, message, hint), (failure.Code, failure.Message, failure.Diagnostics[0].Hint));
    }
}
