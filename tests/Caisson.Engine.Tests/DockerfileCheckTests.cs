using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

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
        BuildRequest request = new() { Context = BuildContext.FromDirectory(directory.Path), AlwaysPulls = true };
        CheckResult result = await DockerfileCheck.RunAsync(request, OptionsOf(directory["no-store"]), Ct);
        Assert.Empty(result.Diagnostics);
        Assert.Contains("127.0.0.1:1", Assert.Single(result.UnknownBases).Reason, StringComparison.Ordinal);
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
