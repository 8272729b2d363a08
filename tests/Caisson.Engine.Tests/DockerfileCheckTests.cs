using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;

namespace Caisson.Engine.Tests;

/// <summary>What is known of base images reaches the checks, of <c>check</c> as of a build.</summary>
public sealed class DockerfileCheckTests
{
    private const string Used = "FROM base\nLABEL known=$KNOWN unknown=$UNKNOWN\n";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Image Base => Bases.Of(new ContainerConfig { Env = ["KNOWN=1"] });

    [Fact]
    public async Task An_image_of_this_machine_is_known()
    {
        await using Workshop workshop = await Workshop.OpenAsync();
        await workshop.AddImageAsync("base", Base);
        CheckResult result = await DockerfileCheck.RunAsync(workshop.Request(Used), OptionsOf(workshop.StatePath), Ct);
        Assert.Equal(["nothing sets the variable \"UNKNOWN\""], result.Diagnostics.Select(static d => d.Message));
        Assert.Empty(result.UnknownBases);
    }

    [Fact]
    public async Task An_image_that_is_not_to_be_had_fails_nothing_and_is_named()
    {
        using TempDirectory directory = new();
        File.WriteAllText(directory["Dockerfile"], Used);
        BuildRequest request = new() { Context = BuildContext.FromDirectory(directory.Path) };
        CheckResult result = await DockerfileCheck.RunAsync(request, OptionsOf(directory["no-store"]), Ct);
        Assert.Empty(result.Diagnostics);
        Assert.Equal(("base", "it is not on this machine"), result.UnknownBases.Select(static u => (u.Name, u.Reason)).Single());
        Assert.False(Directory.Exists(directory["no-store"]));
    }

    [Fact]
    public async Task A_registry_that_is_asked_and_does_not_answer_fails_nothing()
    {
        using TempDirectory directory = new();
        File.WriteAllText(directory["Dockerfile"], "FROM 127.0.0.1:1/base\nLABEL a=$B\n");
        BuildRequest request = new() { Context = BuildContext.FromDirectory(directory.Path), Pull = PullPolicy.Always };
        CheckResult result = await DockerfileCheck.RunAsync(request, OptionsOf(directory["no-store"]), Ct);
        Assert.Empty(result.Diagnostics);
        Assert.Contains("127.0.0.1:1", Assert.Single(result.UnknownBases).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FROM scratch\nCOPY go mod go.sum /\n", "2:6 \"go\" and \"mod\" are not in the build context; did you mean \"go.mod\"?")]
    [InlineData("FROM scratch\nADD https://example.invalid/a go.mods /\n", "2:31 \"go.mods\" is not in the build context; did you mean \"go.mod\"?")]
    [InlineData("FROM scratch\nARG A=go.su\nCOPY $A /\nCOPY nothing go.sum /\n", "3:6 \"go.su\" is not in the build context; did you mean \"go.sum\"?", "4:6 \"nothing\" is not in the build context; ")]
    [InlineData("FROM scratch AS a\nCOPY nothing /\nFROM scratch\nCOPY go.mod /\n")]
    [InlineData("FROM scratch\nCOPY nothing* go.* ./go.mod /go.sum /\nCOPY . /all\nCOPY go.mo\\d /\n")]
    [InlineData("FROM unknown\nCOPY $UNSET.txt /\n")]
    [InlineData("FROM scratch\nCOPY hidden /\n", "2:6 \"hidden\" is kept out of the build context; by \"hidden\" in the ignore file (line 1); take it back there with \"!hidden\", or do not copy it")]
    [InlineData("FROM scratch\nCOPY --from=other a b /\n", "2:21 \"b\" is not in the named context \"other\"; ")]
    public async Task What_the_contexts_lack_is_warned_of(string dockerfile, params string[] expected)
    {
        await using Workshop workshop = await Workshop.OpenAsync();
        workshop.Context.File("go.mod").File("go.sum").File("hidden").File(".dockerignore", "hidden\n");
        BuildRequest request = workshop.Request(dockerfile);
        request = request with { NamedContexts = request.NamedContexts.Add("other", workshop.Folder("other").File("a").Path) };
        CheckResult result = await DockerfileCheck.RunAsync(request, OptionsOf(workshop.StatePath), Ct);
        Assert.Equal(expected, result.Diagnostics.Select(static d => $"{d.Where?.Line}:{d.Where?.Column} {d.Message}; {d.Hint}"));
        Assert.Empty(result.Errors);
    }

    [Fact]
    public async Task What_cannot_be_looked_at_is_told_at_its_place_beside_the_rest()
    {
        await using Workshop workshop = await Workshop.OpenAsync();
        workshop.Context.Link("loop", "loop");
        CheckResult result = await DockerfileCheck.RunAsync(workshop.Request("FROM scratch as a\nCOPY loop /\n"), OptionsOf(workshop.StatePath), Ct);
        Assert.Equal(["1:14 FromAsCasing", $"2:6 {EngineCodes.FileUnusable}"], result.Diagnostics.Select(static d => $"{d.Where?.Line}:{d.Where?.Column} {d.Code}"));
    }

    [Fact]
    public async Task What_a_registry_that_is_asked_does_not_have_is_an_error()
    {
        await using FaultServer server = new(static e => e.RespondAsync(404, "Content-Type: application/json", "{\"errors\":[{\"code\":\"NAME_UNKNOWN\"}]}"u8.ToArray()));
        await using Workshop workshop = await Workshop.OpenAsync();
        string registry = server.Address[(server.Address.LastIndexOf('/') + 1)..];
        await workshop.AddImageAsync($"{registry}/golang", Base);
        CheckResult result = await DockerfileCheck.RunAsync(workshop.Request($"FROM {registry}/unused AS a\nFROM {registry}/goland:1\nLABEL a=b\n") with { Pull = PullPolicy.Always }, OptionsOf(workshop.StatePath), Ct);
        Diagnostic finding = Assert.Single(result.Errors);
        Assert.Equal((EngineCodes.ImageNotFound, 2, $"did you mean \"{registry}/golang\"?"), (finding.Code, finding.Where?.Line, finding.Hint));
    }

    [Fact]
    public async Task A_registry_is_shown_the_credentials_of_the_request()
    {
        await using FaultServer server = new(static e => e.Headers.ContainsKey("Authorization")
            ? e.RespondAsync(404, "Content-Type: application/json", "{\"errors\":[{\"code\":\"NAME_UNKNOWN\"}]}"u8.ToArray())
            : e.RespondAsync(401, "WWW-Authenticate: Basic realm=\"x\""));
        await using Workshop workshop = await Workshop.OpenAsync();
        BuildRequest request = workshop.Request($"FROM {server.Authority}/base:1\n") with { Pull = PullPolicy.Always };
        Assert.Empty((await workshop.Engine.CheckAsync(request, Ct)).Errors);
        CheckResult result = await workshop.Engine.CheckAsync(request with { Credentials = new GivenCredentials(server.Authority, new RegistryCredential.Password("u", "p")) }, Ct);
        Assert.Equal(EngineCodes.ImageNotFound, Assert.Single(result.Errors).Code);
    }

    [Fact]
    public async Task A_build_warns_once_of_what_it_knows()
    {
        await using Workshop workshop = await Workshop.OpenAsync();
        await workshop.AddImageAsync("base", Base);
        Built built = await workshop.BuildAsync(Used + "CMD x\n");
        Assert.Equal(["UndefinedVar", "JSONArgsRecommended"], built.Events.OfType<BuildEvent.Warning>().Select(static w => w.Diagnostic.Code));
    }

    [Fact]
    public async Task An_image_for_another_platform_is_warned_of()
    {
        await using Workshop workshop = await Workshop.OpenAsync();
        await workshop.AddImageAsync("base", Bases.Of(new ContainerConfig(), new Platform { Os = "linux", Architecture = "s390x" }));
        CheckResult result = await DockerfileCheck.RunAsync(workshop.Request("FROM base\n"), OptionsOf(workshop.StatePath), Ct);
        Assert.Equal(["InvalidBaseImagePlatform"], result.Diagnostics.Select(static d => d.Code));
    }

    [Fact]
    public async Task What_is_certain_is_said_before_an_image_is_asked_for()
    {
        await using Workshop workshop = await Workshop.OpenAsync();
        BuildException e = await Assert.ThrowsAsync<BuildException>(() => workshop.BuildAsync("FROM no-such-image as a\nEXPOSE http\n"));
        Assert.Equal(["FromAsCasing", DiagnosticCodes.BadPort], e.Diagnostics.Select(static d => d.Code));
        Assert.Equal(DiagnosticCodes.BadPort, e.Code);
    }

    [Fact]
    public async Task Warnings_that_are_errors_stop_a_build_before_its_first_step()
    {
        await using Workshop workshop = await Workshop.OpenAsync();
        BuildException e = await Assert.ThrowsAsync<BuildException>(() => workshop.BuildAsync("# check=error=true\nFROM scratch as a\nCOPY no-such-file /\n"));
        Assert.Equal(["FromAsCasing", DiagnosticCodes.ChecksFailed], e.Diagnostics.Select(static d => d.Code));
    }

    private static BuildEngineOptions OptionsOf(string statePath) => new() { StatePath = statePath, SearchPath = "" };
}
