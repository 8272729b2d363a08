using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Native;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Planning;

/// <summary>A Dockerfile as a graph and a configuration. Nothing is run and nothing is read.</summary>
public sealed class PlannerTests
{
    private readonly Dictionary<string, Image> _images = new() { ["base:1"] = Bases.Of(new ContainerConfig { Env = ["PATH=/bin"] }) };
    private readonly List<string> _asked = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_target_does_not_need_is_no_part_of_the_plan()
    {
        BuildPlan plan = await PlanAsync("FROM missing:1 AS unused\nRUN x\nFROM base:1 AS used\nRUN y\nFROM scratch\nCOPY --from=used /a /b\n");
        Assert.Equal(["base:1"], _asked);
        Assert.Equal(["[stage-2 1/1] COPY --from=used /a /b", "[used 1/2] FROM base:1", "[used 2/2] RUN y"], Labels(plan.Result).Where(static l => l.StartsWith('[')));
    }

    [Theory]
    [InlineData("FROM base:1\nRUN x\n", "[2/2] RUN x")]
    [InlineData("FROM base:1 AS only\nRUN x\n", "[2/2] RUN x")]
    [InlineData("FROM base:1\nFROM base:1\nRUN x\n", "[stage-1 2/2] RUN x")]
    public async Task The_stage_is_named_where_there_are_several(string dockerfile, string label) => Assert.Equal(label, (await PlanAsync(dockerfile)).Result.Label.Text);

    [Fact]
    public async Task The_target_can_be_a_stage_in_the_middle()
    {
        BuildPlan plan = await PlanAsync("FROM base:1 AS one\nENV A=1\nFROM missing:1\nENV A=2\n", static o => o with { Target = "one" });
        Assert.Equal(["PATH=/bin", "A=1"], plan.Config.Config.Env);
    }

    [Fact]
    public async Task Equal_instructions_on_equal_ground_are_one_node()
    {
        BuildPlan plan = await PlanAsync("FROM base:1 AS a\nRUN x\nFROM base:1 AS b\nRUN x\nFROM scratch\nCOPY --from=a /1 /\nCOPY --from=b /2 /\n");
        Node[] runs = [.. Nodes(plan.Result).Where(static n => n.Operation is Operation.Run)];
        Assert.Single(runs);
    }

    [Theory]
    [InlineData("RUN x", "RUN y")]
    [InlineData("RUN x", "RUN [\"x\"]")]
    [InlineData("RUN x", "USER 1\nRUN x")]
    [InlineData("RUN x", "ENV A=1\nRUN x")]
    [InlineData("RUN x", "WORKDIR /w\nRUN x")]
    [InlineData("RUN x", "SHELL [\"bash\"]\nRUN x")]
    [InlineData("RUN x", "RUN --network=none x")]
    [InlineData("RUN x", "RUN --mount=type=cache,target=/c x")]
    [InlineData("COPY a /", "COPY b /")]
    [InlineData("COPY a /", "COPY a /c")]
    [InlineData("COPY a /", "COPY --chown=1 a /")]
    [InlineData("COPY a /", "COPY --chmod=1 a /")]
    [InlineData("COPY a /", "COPY --link a /")]
    [InlineData("COPY a /", "ADD a /")]
    [InlineData("WORKDIR /a", "WORKDIR /b")]
    [InlineData("WORKDIR /a", "USER 1\nWORKDIR /a")]
    public async Task Different_work_has_different_names(string one, string two) =>
        Assert.NotEqual((await PlanAsync($"FROM base:1\n{one}\n")).Result.Digest, (await PlanAsync($"FROM base:1\n{two}\n")).Result.Digest);

    [Theory]
    [InlineData("RUN x", "LABEL a=b\nEXPOSE 80\nRUN x\nCMD y")]
    [InlineData("RUN x", "RUN --network=default x")]
    [InlineData("RUN x", "WORKDIR /\nRUN x")]
    [InlineData("COPY a /", "COPY [\"a\", \"/\"]")]
    [InlineData("WORKDIR /a/b", "WORKDIR /a/./c/../b/")]
    public async Task Equal_work_has_one_name(string one, string two) =>
        Assert.Equal((await PlanAsync($"FROM base:1\n{one}\n")).Result.Digest, (await PlanAsync($"FROM base:1\n{two}\n")).Result.Digest);

    [Fact]
    public async Task Every_instruction_about_the_configuration_ends_up_in_it()
    {
        ContainerConfig config = (await PlanAsync("""
            FROM base:1
            MAINTAINER someone
            ENV A=1 B="two words"
            LABEL l.one=1 l.two="2"
            EXPOSE 80 53/udp 8000-8001
            VOLUME /v /w
            VOLUME ["/w", "/x"]
            USER 5:6
            WORKDIR /w
            WORKDIR x
            STOPSIGNAL SIGINT
            SHELL ["/bin/bash", "-c"]
            HEALTHCHECK --interval=5s --timeout=3s --start-period=1m --start-interval=500ms --retries=4 CMD check it
            ONBUILD RUN later
            ENTRYPOINT ["/entry", "arg"]
            CMD run it

            """)).Config.Config;
        Assert.Equal(["PATH=/bin", "A=1", "B=two words"], config.Env);
        Assert.Equal([("l.one", "1"), ("l.two", "2")], config.Labels!.Select(static l => (l.Key, l.Value))); // set above
        Assert.Equal(["53/udp", "80/tcp", "8000/tcp", "8001/tcp"], config.ExposedPorts);
        Assert.Equal(["/v", "/w", "/x"], config.Volumes);
        Assert.Equal(("5:6", "/w/x", "SIGINT"), (config.User, config.WorkingDir, config.StopSignal));
        Assert.Equal(["/bin/bash", "-c"], config.Shell);
        Assert.Equal(["CMD-SHELL", "check it"], config.HealthCheck!.Test); // set above
        Assert.Equal(
            (5_000_000_000L, 3_000_000_000L, 60_000_000_000L, 500_000_000L, 4),
            (config.HealthCheck.IntervalNanoseconds, config.HealthCheck.TimeoutNanoseconds, config.HealthCheck.StartPeriodNanoseconds, config.HealthCheck.StartIntervalNanoseconds, config.HealthCheck.Retries));
        Assert.Equal(["RUN later"], config.OnBuild);
        Assert.Equal(["/entry", "arg"], config.Entrypoint);
        Assert.Equal(["/bin/bash", "-c", "run it"], config.Cmd);
    }

    [Fact]
    public async Task A_base_without_a_search_path_gets_the_usual_one() =>
        Assert.Equal(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], (await PlanAsync("FROM scratch\n")).Config.Config.Env);

    [Fact]
    public async Task The_author_is_the_maintainer() => Assert.Equal("someone", (await PlanAsync("FROM base:1\nMAINTAINER someone\n")).Config.Author);

    [Theory]
    [InlineData("HEALTHCHECK NONE", new[] { "NONE" })]
    [InlineData("HEALTHCHECK CMD [\"a\", \"b\"]", new[] { "CMD", "a", "b" })]
    [InlineData("HEALTHCHECK CMD a b", new[] { "CMD-SHELL", "a b" })]
    public async Task A_health_check_is_of_three_forms(string instruction, string[] test) => Assert.Equal(test, (await PlanAsync($"FROM base:1\n{instruction}\n")).Config.Config.HealthCheck?.Test);

    [Theory]
    [InlineData("ENTRYPOINT [\"e\"]", new[] { "e" }, null)]
    [InlineData("CMD [\"c\"]\nENTRYPOINT [\"e\"]", new[] { "e" }, new[] { "c" })]
    [InlineData("CMD [\"c\"]", new[] { "base-entry" }, new[] { "c" })]
    [InlineData("LABEL a=b", new[] { "base-entry" }, new[] { "base-command" })]
    [InlineData("ENTRYPOINT []", new string[0], null)]
    public async Task A_new_entrypoint_takes_away_the_command_that_the_base_meant_for_its_own(string instructions, string[] entrypoint, string[]? command)
    {
        _images["base:1"] = Bases.Of(new ContainerConfig { Entrypoint = ["base-entry"], Cmd = ["base-command"] });
        ContainerConfig config = (await PlanAsync($"FROM base:1\n{instructions}\n")).Config.Config;
        Assert.Equal(entrypoint, config.Entrypoint);
        Assert.Equal(command, config.Cmd?.ToArray());
    }

    [Fact]
    public async Task The_base_is_inherited_and_added_to()
    {
        _images["base:1"] = Bases.Of(new ContainerConfig
        {
            Env = ["PATH=/base", "KEPT=1"],
            User = "7",
            WorkingDir = "/base",
            StopSignal = "SIGHUP",
            Labels = ImmutableSortedDictionary<string, string>.Empty.Add("base", "1"),
            ExposedPorts = ["1/tcp"],
        });
        ContainerConfig config = (await PlanAsync("FROM base:1\nENV PATH=$PATH:/own NEW=2\nWORKDIR sub\nLABEL own=2\nEXPOSE 2\n")).Config.Config;
        Assert.Equal(["PATH=/base:/own", "KEPT=1", "NEW=2"], config.Env);
        Assert.Equal(("7", "/base/sub", "SIGHUP"), (config.User, config.WorkingDir, config.StopSignal));
        Assert.Equal(["base", "own"], config.Labels?.Keys);
        Assert.Equal(["1/tcp", "2/tcp"], config.ExposedPorts);
    }

    [Fact]
    public async Task What_a_base_wants_done_on_its_builds_is_done_once_and_not_handed_on()
    {
        _images["base:1"] = Bases.Of(new ContainerConfig { Env = ["PATH=/bin"], OnBuild = ["ENV TRIGGERED=1", "RUN triggered"] });
        BuildPlan plan = await PlanAsync("FROM base:1\nRUN own\n");
        Assert.Equal(["[1/3] FROM base:1", "[2/3] ONBUILD RUN triggered", "[3/3] RUN own"], Labels(plan.Result));
        Assert.Equal(["PATH=/bin", "TRIGGERED=1"], plan.Config.Config.Env);
        Assert.Null(plan.Config.Config.OnBuild);
    }

    [Fact]
    public async Task History_has_a_line_for_each_instruction_as_Docker_writes_it()
    {
        BuildPlan plan = await PlanAsync("FROM base:1\nARG V=1\nENV A=1 B=2\nRUN make  it\nCOPY --chown=5 a b /d/\nADD c /\nWORKDIR /w\nWORKDIR /\nUSER u\nCMD [\"x\", \"y\"]\n", time: 1000);
        Assert.Equal(
            [
                "ARG V=1 -", "ENV A=1 B=2 -", "RUN |1 V=1 /bin/sh -c make  it", "COPY --chown=5 a b /d/", "ADD c /", "WORKDIR /w", "WORKDIR / -", "USER u -", "CMD [\"x\" \"y\"] -",
            ],
            plan.Config.History!.Value.Select(static h => h.CreatedBy + (h.EmptyLayer == true ? " -" : ""))); // a plan has history
        Assert.All(plan.Config.History.Value, static h => Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1000), h.Created));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1000), plan.Config.Created);
    }

    [Fact]
    public async Task A_base_without_history_gets_a_line_for_each_of_its_layers()
    {
        byte[] layer = await Bases.ArchiveAsync(Bases.File("a"));
        Image image = Bases.Of(new ContainerConfig(), layer, await Bases.ArchiveAsync(Bases.File("b")));
        _images["base:1"] = Image.Create(image.Config with { History = null }, image.Layers);
        BuildPlan plan = await PlanAsync("FROM base:1\nRUN x\n");
        Assert.Equal(["layer of the base image", "layer of the base image", "caisson"], plan.Config.History!.Value.Select(static h => h.Comment)); // a plan has history
    }

    [Fact]
    public async Task An_image_that_several_stages_name_is_asked_for_once()
    {
        await PlanAsync("FROM base:1 AS a\nRUN x\nFROM base:1\nCOPY --from=a /x /\nCOPY --from=base:1 /y /\nRUN --mount=from=base:1,target=/m z\n");
        Assert.Equal(["base:1"], _asked);
    }

    [Fact]
    public async Task An_image_that_cannot_be_had_is_told_where_it_is_named()
    {
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => PlanAsync("FROM base:1\nCOPY --from=missing:1 /x /\n"));
        Diagnostic finding = Assert.Single(failure.Diagnostics);
        Assert.Equal((EngineCodes.ImageNotFound, 2), (finding.Code, finding.Where?.Line));
    }

    [Fact]
    public async Task A_program_for_another_machine_is_refused_and_files_for_one_are_not()
    {
        Assert.Equal("arm64", (await PlanAsync("FROM --platform=linux/arm64 base:1\nCOPY a /\n")).Config.Architecture);
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => PlanAsync("FROM --platform=linux/s390x base:1\nCOPY a /\nRUN x\n"));
        Diagnostic finding = Assert.Single(failure.Diagnostics);
        Assert.Equal((EngineCodes.PlatformNotRunnable, 3, "programs for linux/s390x do not run on this machine (linux/amd64)"), (finding.Code, finding.Where?.Line, finding.Message));
    }

    [Fact]
    public async Task A_step_that_runs_emulated_says_so_and_what_to_do_instead()
    {
        BuildPlan plan = await PlanAsync("FROM --platform=linux/arm64 base:1\nCOPY a /\nRUN x\n");
        Diagnostic warning = Assert.Single(plan.Warnings);
        Assert.Equal((EngineCodes.Emulated, 3, "this step is for linux/arm64 and runs emulated, by qemu-aarch64: that is slow"), (warning.Code, warning.Where?.Line, warning.Message));
        Assert.StartsWith("cross-compile in a stage FROM --platform=$BUILDPLATFORM", warning.Hint, StringComparison.Ordinal);
        Assert.Empty((await PlanAsync("FROM base:1\nRUN x\n")).Warnings);
    }

    [Fact]
    public async Task Scratch_is_for_the_target_whatever_platform_FROM_asks_for() =>
        Assert.Equal("amd64", (await PlanAsync("FROM --platform=linux/arm64 scratch\nCOPY a /\n")).Config.Architecture);

    [Fact]
    public async Task A_script_with_an_interpreter_is_started_by_the_shell() =>
        Assert.Equal("RUN /bin/sh -c /dev/pipes/EOF", (await PlanAsync("FROM base:1\nRUN <<EOF\n#!/bin/awk\nEOF\n")).Config.History!.Value[^1].CreatedBy);

    [Fact]
    public async Task A_command_of_no_words_is_refused() =>
        Assert.Equal(DiagnosticCodes.EmptyCommand, (await Assert.ThrowsAsync<BuildException>(() => PlanAsync("FROM base:1\nRUN []\n"))).Diagnostics.Single().Code);

    [Theory]
    [InlineData("COPY --chown=app a /", "app")]
    [InlineData("ADD --chown=0:staff a /", "staff")]
    [InlineData("USER 7:staff\nWORKDIR /w", "staff")]
    public async Task A_name_is_not_looked_up_where_nothing_is_yet(string instructions, string name)
    {
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => PlanAsync($"FROM scratch\n{instructions}\n"));
        Diagnostic finding = Assert.Single(failure.Diagnostics);
        Assert.Equal((EngineCodes.UnknownUser, $"there is no \"{name}\" to look up: the stage is empty so far"), (finding.Code, finding.Message));
        await PlanAsync($"FROM scratch\nCOPY passwd /etc/\n{instructions}\n");
        await PlanAsync($"FROM scratch\n{instructions.Replace(name, "5", StringComparison.Ordinal)}\n");
    }

    private async Task<BuildPlan> PlanAsync(string dockerfile, Func<BindingOptions, BindingOptions>? edit = null, long time = 0)
    {
        ParsedDockerfile parsed = DockerfileParser.Parse(new SourceText("Dockerfile", dockerfile));
        BindingOptions binding = new() { Platforms = new PlatformArguments("linux/amd64", "linux/amd64") };
        BoundDockerfile bound = Binder.Bind(parsed.Document, edit?.Invoke(binding) ?? binding);
        Assert.DoesNotContain(parsed.Diagnostics.Concat(bound.Diagnostics), static d => d.IsError);
        PlannerOptions options = new()
        {
            Target = Platform.LinuxAmd64,
            Programs = new ProgramCheck(Platform.LinuxAmd64, static p => p.Architecture switch { "amd64" => ProgramSupport.Native, "arm64" => new ProgramSupport.By("qemu-aarch64"), _ => ProgramSupport.None }),
            Context = new Operation.Context("context"),
            NamedContexts = new Dictionary<string, NamedContext>(),
            Time = new FileTime(time, 0),
        };
        return await new Planner(options, new Resolver(this), new FakeRemotes()).PlanAsync(bound, Ct);
    }

    private static string[] Labels(Node top) => [.. Nodes(top).Select(static n => n.Label.Text).Where(static l => l != "scratch").Order(StringComparer.Ordinal)];

    private static HashSet<Node> Nodes(Node top) => [top, .. top.Inputs.SelectMany(Nodes)];

    private sealed class Resolver(PlannerTests test) : IImageResolver
    {
        public Task<ResolvedImage> ResolveAsync(Reference reference, Platform platform, CancellationToken ct)
        {
            test._asked.Add(reference.Familiar);
            return test._images.TryGetValue(reference.Familiar, out Image? image)
                ? Task.FromResult(new ResolvedImage(reference.WithDigest(image.Descriptor.Digest), image))
                : throw new ImageNotFoundException($"there is no {reference.Familiar}");
        }
    }
}
