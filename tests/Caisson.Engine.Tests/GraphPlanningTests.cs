using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests;

/// <summary>A graph that was given may ask for no more than a Dockerfile may.</summary>
public sealed class GraphPlanningTests : BoxTests
{
    private const string Devices =
        """
        cdiVersion: "0.6.0"
        kind: example.com/sink
        devices:
        - name: one
          containerEdits: {env: [ONE=1]}
        - name: two
          containerEdits: {env: [TWO=2]}
        - name: free
          annotations: {org.mobyproject.buildkit.device.autoallow: "true"}
          containerEdits: {env: [FREE=3]}
        """;

    [Fact]
    public async Task What_is_not_granted_is_refused_with_the_step_that_asks()
    {
        await FailsAsync(new Program { Network = StepNetwork.Host }, EngineCodes.NotGranted, "the step program asks for the machine's network, which the build does not grant", "when you trust whoever made it, add --allow network.host");
        await FailsAsync(new Program { Security = StepSecurity.Insecure }, EngineCodes.NotGranted, "the step program asks for full access to the machine, which the build does not grant", "when you trust whoever made it, add --allow security.insecure");
        await BuildAsync(new Program { Network = StepNetwork.Host }, static r => r with { Entitlements = new Entitlements { HasHostNetwork = true } });
    }

    [Theory]
    [InlineData("example.com/sink=two", "example.com/sink=two")]
    [InlineData("example.com/sink=two", "example.com/sink=*")]
    [InlineData("mine", "mine")]
    [InlineData("example.com/sink=free", null)]
    [InlineData("example.com/sink=two", "example.com/sink=one", false)]
    [InlineData("example.com/sink=two", null, false)]
    public async Task Devices_are_granted_by_name_as_for_a_Dockerfile(string request, string? granted, bool isGiven = true)
    {
        Workshop.Folder("cdi").File("sink.yaml", Devices);
        BuildRequest Allow(BuildRequest r) => r with
        {
            DeviceDirectories = [Workshop["cdi"]],
            Entitlements = granted is null ? r.Entitlements : new Entitlements { Devices = r.Entitlements.Devices.Add(granted, granted == "mine" ? "example.com/sink=two" : granted) },
        };
        Program program = new() { Device = request, Arguments = ["/bin/sh", "-c", "echo $TWO$FREE"] };
        if (isGiven)
            Assert.Contains((await BuildAsync(program, Allow)).Events.OfType<BuildEvent.StepOutput>(), static o => o.Line is "2" or "3");
        else
            await FailsAsync(program, EngineCodes.NotGranted, "the step program asks for the device example.com/sink=two, which the build does not grant", "when you trust whoever made it, add --allow device=example.com/sink=two", Allow);
    }

    // Whoever makes the nodes need not have asked for their names.
    [Fact]
    public async Task A_device_that_nobody_looked_up_is_refused_too() =>
        await FailsAsync(new Program { OwnDevice = "example.com/none=a" }, EngineCodes.NotGranted, "the step program asks for the device example.com/none=a, which the build does not grant", "when you trust whoever made it, add --allow device=example.com/none=a");

    [Fact]
    public async Task A_device_that_is_required_and_not_there_is_told()
    {
        await FailsAsync(new Program { Device = "example.com/none=a" }, EngineCodes.DeviceNotFound, "there is no device \"example.com/none=a\" on this machine", "descriptions of devices are looked for in /etc/cdi and /var/run/cdi");
        await BuildAsync(new Program { Device = "example.com/none=a", IsOptional = true });
    }

    [Fact]
    public async Task Programs_that_this_machine_does_not_run_are_refused() =>
        await FailsAsync(new Program { Platform = Platform.Parse("windows/amd64") }, EngineCodes.PlatformNotRunnable, $"programs for windows/amd64 do not run on this machine ({BuildEngine.MachinePlatform})", "install qemu-user-static");

    [Fact]
    public async Task Where_no_program_can_be_run_none_is_begun()
    {
        await using BuildEngine other = await Workshop.OpenEngineAsync(Workshop.StatePath, static o => o with { Ladder = new Ladder(Rung.FilesOnly, [new RungObstacle(Rung.OneId, "no user namespaces", "allow them")]) });
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => Workshop.BuildAsync(other, Request(new Program())));
        Assert.Equal((EngineCodes.ProgramsImpossible, "no program can be run here, for want of a user namespace: no user namespaces"), (failure.Code, failure.Message));
    }

    [Fact]
    public void Emulation_is_warned_of_without_the_words_of_a_Dockerfile()
    {
        ProgramCheck check = new(Platform.LinuxAmd64, static p => p.Architecture == "amd64" ? ProgramSupport.Native : new ProgramSupport.By("qemu"));
        Assert.Null(check.Check(Platform.LinuxAmd64, where: null));
        Diagnostic warning = check.Check(Platform.LinuxArm64, where: null)!;
        Assert.Equal((EngineCodes.Emulated, "this step is for linux/arm64 and runs emulated, by qemu: that is slow", null), (warning.Code, warning.Message, warning.Hint));
    }

    private BuildRequest Request(Program program) => new() { Context = BuildContext.FromDirectory(Workshop.Context.Path), Graph = program };

    private Task<Built> BuildAsync(Program program, Func<BuildRequest, BuildRequest>? edit = null) => Workshop.BuildAsync(Workshop.Engine, edit is null ? Request(program) : edit(Request(program)));

    private async Task FailsAsync(Program program, string code, string message, string hint, Func<BuildRequest, BuildRequest>? edit = null)
    {
        Diagnostic finding = (await Assert.ThrowsAsync<BuildException>(() => BuildAsync(program, edit))).Diagnostics[0];
        Assert.Equal((code, message, hint), (finding.Code, finding.Message, finding.Hint));
    }

    private sealed class Program : IGraphPlanner
    {
        public ImmutableArray<string> Arguments { get; init; } = ["/bin/true"];

        public StepNetwork Network { get; init; } = StepNetwork.None;

        public StepSecurity Security { get; init; }

        public Platform? Platform { get; init; }

        public string? Device { get; init; }

        public bool IsOptional { get; init; }

        public string? OwnDevice { get; init; }

        public async Task<PlannedGraph> PlanAsync(GraphBuilder graph, IGraphSources sources, CancellationToken ct)
        {
            (Node box, ImageConfig config) = await sources.ImageAsync(Reference.Parse("box:1"), platform: null, new NodeLabel("box"), ct);
            Operation.Run run = new()
            {
                Arguments = Arguments,
                WorkingDirectory = "/",
                Platform = Platform ?? config.Platform,
                Network = Network,
                Security = Security,
                Devices = Device is null ? OwnDevice is null ? [] : [OwnDevice] : sources.Devices(Device, !IsOptional),
            };
            return new PlannedGraph(graph.Add(run, [box], new NodeLabel("program")));
        }
    }
}
