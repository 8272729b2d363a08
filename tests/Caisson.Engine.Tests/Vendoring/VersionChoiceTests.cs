using System.Collections.Immutable;
using Caisson.Engine.Sources.Git;
using Caisson.Engine.Tests.Testing;
using Caisson.Engine.Vendoring;

namespace Caisson.Engine.Tests.Vendoring;

/// <summary>Which version of a repository a toolchain gets, and why not a newer one.</summary>
public sealed class VersionChoiceTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly List<string> _said = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_newest_version_that_fits_is_taken_and_of_newer_ones_it_is_said_why_not()
    {
        Repository repository = new(_directory.Path)
        {
            ["v1.10.0"] = "module x\ngo 1.18\n",
            ["v1.9.0"] = "module x\ngo 1.14\ntoolchain go1.15\n",
            ["v1.8.0"] = "module",
            ["v1.7.0"] = null,
            ["v1.6.0"] = "module x\ngo 1.15\n",
            ["v1.5.0"] = "module x\ngo 1.14\n",
            ["v2.0.0-rc.1"] = "module x\n",
            ["nightly"] = "module x\n",
            ["1.99.0"] = "module x\n",
        };
        Assert.Equal("v1.5.0", await ChooseAsync(repository, "1.15.9", dependencies: static v => v == "v1.6.0" ? "needs y v1.0.0, whose go.mod says go 1.17" : null));
        Assert.Equal(
            ["v1.10.0: go.mod says go 1.18", "v1.9.0: go.mod has a toolchain line, which Go before 1.21 does not read", "v1.8.0: its go.mod cannot be read: line 1: \"module\" has no path", "v1.7.0: it has no go.mod", "v1.6.0: needs y v1.0.0, whose go.mod says go 1.17"],
            _said);
        Assert.Equal("v1.9.0", await ChooseAsync(repository, "1.21.0", skip: "v1.10.0"));
    }

    [Fact]
    public async Task Candidates_are_taken_when_they_are_asked_for()
    {
        Repository repository = new(_directory.Path) { ["v1.0.0-rc.1"] = "module x\n" };
        Assert.Equal("v1.0.0-rc.1", await ChooseAsync(repository, "1.15", takesCandidates: true));
        BuildException e = await Assert.ThrowsAsync<BuildException>(() => ChooseAsync(repository, "1.15"));
        Assert.Equal(EngineCodes.NoVersions, e.Code);
        Assert.Contains("only versions before a release", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_newest_version_took_back_is_not_taken()
    {
        Repository repository = new(_directory.Path)
        {
            ["v1.2.0"] = "module x\ngo 1.99\nretract v1.1.0 // it lost data\n",
            ["v1.1.0"] = "module x\n",
            ["v1.0.0"] = "module x\n",
        };
        Assert.Equal("v1.0.0", await ChooseAsync(repository, "1.15"));
        Assert.Equal(["v1.2.0: go.mod says go 1.99", "v1.1.0: it was taken back: it lost data"], _said);
    }

    [Fact]
    public async Task A_module_below_the_top_has_tags_of_its_own()
    {
        Repository repository = new(_directory.Path) { ["v9.0.0"] = "module x\n", ["sub/v1.0.0"] = "module x/sub\n", ["sub/nightly"] = "module x/sub\n" };
        Assert.Equal("v1.0.0", await ChooseAsync(repository, "1.15", moduleDirectory: "sub"));
    }

    [Fact]
    public async Task When_nothing_fits_the_reasons_are_in_the_message()
    {
        Repository repository = new(_directory.Path);
        for (int i = 0; i < 100; i++)
            repository[$"v1.{i}.0"] = "module x\ngo 1.50\n";
        BuildException e = await Assert.ThrowsAsync<BuildException>(() => ChooseAsync(repository, "1.15"));
        Assert.Equal(EngineCodes.NoFittingVersion, e.Code);
        Assert.Contains("v1.99.0: go.mod says go 1.50; v1.98.0", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("; and 88 more", e.Message, StringComparison.Ordinal);
        Assert.Equal([4, 16, 64, 16], repository.Batches);
    }

    [Fact]
    public void Tags_are_read_with_the_commits_that_they_stand_for()
    {
        string one = new('1', 40);
        string two = new('2', 40);
        Assert.Equal(
            [new GitTag("v1.0.0", "refs/tags/v1.0.0", one), new GitTag("sub/v2", "refs/tags/sub/v2", two)],
            GitTag.Read($"{one}\trefs/tags/v1.0.0\n{one} refs/tags/sub/v2\n{two} refs/tags/sub/v2^{{}}\nxyz\trefs/tags/broken\n{one}\trefs/heads/main\nnonsense\n"));
    }

    public void Dispose() => _directory.Dispose();

    private async Task<string> ChooseAsync(Repository repository, string toolchain, Func<string, string?>? dependencies = null, bool takesCandidates = false, string moduleDirectory = "", string? skip = null)
    {
        _said.Clear();
        Assert.True(GoVersion.TryParse(toolchain, out GoVersion? version));
        VersionChoice choice = new(repository, moduleDirectory, new GoFit(version), _said.Add);
        Candidate chosen = await choice.ChooseAsync(takesCandidates, files =>
        {
            string? reason = files.Version == skip ? "skipped" : dependencies?.Invoke(files.Version);
            return Task.FromResult<(Candidate?, string?)>(reason is null ? (new Candidate(files, "", "", new GoModFile()), null) : (null, reason));
        }, Ct);
        return chosen.Files.Version;
    }

    // The texts of go.mod, by tag.
    private sealed record Repository(string Checkout) : ITaggedRepository
    {
        private readonly Dictionary<string, string?> _texts = new(StringComparer.Ordinal);

        public string? Address => null;

        public List<int> Batches { get; } = [];

        public string? this[string tag]
        {
            set => _texts[tag] = value;
        }

        public Task<ImmutableArray<GitTag>> ListAsync(CancellationToken ct) => Task.FromResult<ImmutableArray<GitTag>>([.. _texts.Keys.Select(static t => new GitTag(t, "refs/tags/" + t, new string('0', 40)))]);

        public Task<GitTag> FindAsync(string reference, CancellationToken ct) => throw new NotSupportedException();

        public Task PrepareAsync(ImmutableArray<GitTag> tags, CancellationToken ct)
        {
            Batches.Add(tags.Length);
            return Task.CompletedTask;
        }

        public Task<string?> ReadAsync(GitTag tag, string path, CancellationToken ct) => Task.FromResult(_texts[tag.Name]);

        public Task<string> CheckOutAsync(GitTag tag, CancellationToken ct) => Task.FromResult(Checkout);
    }
}
