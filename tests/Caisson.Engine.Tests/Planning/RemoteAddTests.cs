using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Planning;

/// <summary>What ADD makes of addresses.</summary>
public sealed class RemoteAddTests
{
    private const string Sum = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly FakeRemotes _remotes = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://example.com/dir/file.tar.gz?x=y", "file.tar.gz")]
    [InlineData("https://example.com/dir/", "dir")]
    [InlineData("https://example.com/a%20b", "a b")]
    [InlineData("https://example.com/a%2Fb", "b")]
    [InlineData("https://example.com/", "__unnamed__")]
    [InlineData("https://example.com", "__unnamed__")]
    [InlineData("https://example.com/a%00b", "download")]
    [InlineData("https://example.com/x*y", "x\\*y")]
    public async Task A_file_has_the_last_name_of_its_address(string address, string pattern)
    {
        BuildPlan plan = await PlanAsync($"FROM scratch\nADD {address} /dst/\n");
        Operation.Copy copy = Assert.IsType<Operation.Copy>(plan.Result.Operation);
        CopySource.Files files = Assert.IsType<CopySource.Files>(Assert.Single(copy.Sources));
        Assert.Equal((1, pattern, false), (files.Input, files.Pattern, files.Unpacks));
        Assert.IsType<Operation.Http>(plan.Result.Inputs[1].Operation);
    }

    [Fact]
    public async Task Addresses_are_known_when_variables_are_expanded_and_asked_once()
    {
        await PlanAsync("FROM scratch\nARG V=1.2\nADD https://example.com/x-${V}.tgz /\nADD https://example.com/x-1.2.tgz /again\n");
        Assert.Equal("https://example.com/x-1.2.tgz", Assert.IsType<RemoteSource.Http>(Assert.Single(_remotes.Asked)).Address.AbsoluteUri);
    }

    [Fact]
    public async Task What_a_stage_that_nobody_needs_adds_is_not_asked_for()
    {
        await PlanAsync("FROM scratch AS a\nADD https://example.com/x /\nFROM scratch\nLABEL a=b\n");
        Assert.Empty(_remotes.Asked);
    }

    [Fact]
    public async Task Of_a_repository_everything_is_copied()
    {
        BuildPlan plan = await PlanAsync("FROM scratch\nADD --keep-git-dir=true https://example.com/x.git?submodules=false#v1 /src\n");
        CopySource.Files files = Assert.IsType<CopySource.Files>(Assert.Single(Assert.IsType<Operation.Copy>(plan.Result.Operation).Sources));
        Assert.Equal((1, ".", false), (files.Input, files.Pattern, files.Unpacks));
        Operation.Git git = Assert.IsType<Operation.Git>(plan.Result.Inputs[1].Operation);
        Assert.Equal((true, false, FakeRemotes.Commit), (git.KeepsGitDirectory, git.TakesSubmodules, git.Commit));
        Assert.Equal("v1", Assert.IsType<RemoteSource.Git>(Assert.Single(_remotes.Asked)).Location.Reference);
    }

    [Fact]
    public async Task Sources_of_all_kinds_stand_in_one_instruction()
    {
        BuildPlan plan = await PlanAsync("FROM scratch\nADD a https://example.com/b git@example.com:c.git d /dst/\n");
        Operation.Copy copy = Assert.IsType<Operation.Copy>(plan.Result.Operation);
        Assert.Equal(
            [(1, "a", true), (2, "b", false), (3, ".", false), (1, "d", true)],
            copy.Sources.Cast<CopySource.Files>().Select(static f => (f.Input, f.Pattern, f.Unpacks)));
        Assert.Equal(["Context", "Http", "Git"], plan.Result.Inputs.Skip(1).Select(static i => i.Operation.GetType().Name));
    }

    [Theory]
    [InlineData("", true, false)]
    [InlineData("--unpack=true", true, true)]
    [InlineData("--unpack=false", false, false)]
    public async Task Files_of_the_context_are_unpacked_unless_told_and_fetched_ones_when_told(string flag, bool local, bool fetched)
    {
        BuildPlan plan = await PlanAsync($"FROM scratch\nADD {flag} a https://example.com/b /dst/\n");
        Operation.Copy copy = Assert.IsType<Operation.Copy>(plan.Result.Operation);
        Assert.Equal([local, fetched], copy.Sources.Cast<CopySource.Files>().Select(static f => f.Unpacks));
    }

    [Fact]
    public async Task History_has_the_address_without_credentials()
    {
        BuildPlan plan = await PlanAsync("FROM scratch\nADD https://user:password@example.com/b /dst/\n");
        Assert.StartsWith("ADD https://example.com/b /dst/", plan.Config.History!.Value[^1].CreatedBy, StringComparison.Ordinal);
        Assert.DoesNotContain("password", plan.Result.Inputs[1].Label.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_shorthand_of_a_repository_is_a_path_here()
    {
        BuildPlan plan = await PlanAsync("FROM scratch\nADD github.com/moby/buildkit /dst/\n");
        Assert.IsType<Operation.Context>(plan.Result.Inputs[1].Operation);
    }

    [Theory]
    [InlineData("ADD https://example.com/a.git?colour=x /", EngineCodes.BadGitLocation, 5)]
    [InlineData("ADD https:///x /", EngineCodes.BadWebAddress, 5)]
    [InlineData("ADD a https://example.com/missing /", EngineCodes.WebFileNotFound, 1)]
    [InlineData("ADD --checksum=abcdef0 https://example.com/x /", DiagnosticCodes.BadChecksum, 24)]
    [InlineData($"ADD --checksum={Sum} https://example.com/x.git /", DiagnosticCodes.BadChecksum, 88)]
    [InlineData($"ADD --checksum={Sum} https://example.com/x https://example.com/y /", DiagnosticCodes.BadChecksum, 88)]
    [InlineData("ADD --checksum=abcdef0 https://example.com/x.git?checksum=abcdef1 /", DiagnosticCodes.BadChecksum, 24)]
    [InlineData("ADD --keep-git-dir=false https://example.com/x.git?keep-git-dir=true /", EngineCodes.BadGitLocation, 26)]
    public async Task What_cannot_be_is_told_at_its_place(string instruction, string code, int column)
    {
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => PlanAsync($"FROM scratch\n{instruction}\n"));
        Diagnostic finding = Assert.Single(failure.Diagnostics);
        Assert.Equal((code, 2, column), (finding.Code, finding.Where?.Line, finding.Where?.Column));
    }

    [Fact]
    public async Task Warnings_are_told_once_though_the_plan_is_made_twice()
    {
        BuildPlan plan = await PlanAsync("FROM scratch\nADD https://example.com/x /$undefined\nADD https://example.com/y /\n");
        Assert.Equal(plan.Warnings.Length, plan.Warnings.Select(static w => w.ToString()).Distinct().Count());
        Assert.Equal(2, _remotes.Asked.Count);
    }

    private async Task<BuildPlan> PlanAsync(string dockerfile)
    {
        BoundDockerfile bound = Binder.Bind(DockerfileParser.Parse(new SourceText("Dockerfile", dockerfile)).Document);
        PlannerOptions options = new()
        {
            Target = Platform.LinuxAmd64,
            Programs = new ProgramCheck(Platform.LinuxAmd64, static _ => ProgramSupport.Native),
            Context = new Operation.Context("context"),
            NamedContexts = ImmutableDictionary<string, NamedContext>.Empty,
            Time = new FileTime(0, 0),
        };
        return await new Planner(options, new NoImages(), _remotes).PlanAsync(bound, Ct);
    }

    private sealed class NoImages : IImageResolver
    {
        public Task<ResolvedImage> ResolveAsync(Reference reference, Platform platform, CancellationToken ct) => throw new InvalidOperationException("no image is named");
    }
}
