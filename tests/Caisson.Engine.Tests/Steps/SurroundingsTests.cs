using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Registry;

namespace Caisson.Engine.Tests.Steps;

/// <summary>What a build gives every step, and what it grants to those that ask.</summary>
public sealed class SurroundingsTests : BoxTests
{
    [Fact]
    public async Task Steps_find_the_host_name_that_the_build_asks_for() =>
        Assert.Equal(["boxy", "127.0.0.1\tlocalhost boxy"], (await RunAsync("hostname; head -n 1 /etc/hosts", r => r with { Arguments = r.Arguments.Add("BUILDKIT_SANDBOX_HOSTNAME", "boxy") })));

    [Fact]
    public async Task Steps_find_the_names_that_the_build_adds() =>
        Assert.Equal(["192.0.2.1\tdb", "2001:db8::1\tdb6"], await RunAsync("tail -n 2 /etc/hosts", r => r with { ExtraHosts = [new ExtraHost("db", "192.0.2.1"), new ExtraHost("db6", "2001:db8::1")] }));

    [Fact]
    public async Task Where_an_added_name_leads_is_in_no_key()
    {
        Task<Built> BuildAsync(string name, string address) => Workshop.BuildAsync("FROM box:1\nRUN true\n", r => r with { ExtraHosts = [new ExtraHost(name, address)] });
        await BuildAsync("db", "192.0.2.1");
        Assert.Equal(["RUN true cached"], (await BuildAsync("db", "192.0.2.2")).Steps);
        Assert.Equal(["RUN true done"], (await BuildAsync("other", "192.0.2.2")).Steps);
    }

    [Fact]
    public async Task Shared_memory_is_as_large_as_the_build_says() =>
        Assert.Equal(["65536", "1024"], [.. await RunAsync("df -k /dev/shm | tail -n 1 | awk '{ print $2 }'", r => r), .. await RunAsync("df -k /dev/shm | tail -n 1 | awk '{ print $2 }' ", r => r with { SharedMemoryBytes = 1 << 20 })]);

    [Fact]
    public async Task Resources_are_limited_as_the_build_says() =>
        Assert.Equal(["100", "200", "0"], await RunAsync("ulimit -Sn; ulimit -Hn; ulimit -c", r => r with { Limits = [new ResourceLimit("NOFILE", 100, 200), new ResourceLimit("CORE", 0, 0)] }));

    [Fact]
    public async Task A_limit_above_what_the_machine_allows_is_cut_with_a_warning()
    {
        Built built = await Workshop.BuildAsync("FROM box:1\nRUN ulimit -Hn\n", r => r with { Limits = [new ResourceLimit("NOFILE", 100, ResourceLimit.Unlimited)] });
        string highest = Assert.Single(Lines(built));
        Assert.Contains($"the limit nofile is more than this machine allows: steps get {highest}", built.Warnings);
    }

    [Theory]
    [InlineData(SandboxNetwork.None, "RUN", true)]
    [InlineData(SandboxNetwork.Host, "RUN", false)]
    [InlineData(SandboxNetwork.Host, "RUN --network=none", true)]
    [InlineData(SandboxNetwork.None, "RUN --network=default", true)]
    [InlineData(SandboxNetwork.None, "RUN --network=host", false)]
    public async Task A_step_that_does_not_say_has_the_builds_network(SandboxNetwork network, string run, bool isAlone)
    {
        Built built = await Workshop.BuildAsync($"FROM box:1\n{run} readlink /proc/self/ns/net\n", r => r with { Network = network, Entitlements = new Entitlements { HasHostNetwork = true } });
        string own = File.ResolveLinkTarget("/proc/self/ns/net", returnFinalTarget: false)!.Name; // a link
        Assert.Equal(isAlone, Lines(built)[0] != own);
    }

    [Fact]
    public async Task Offline_no_step_sees_a_network_and_results_of_before_are_taken()
    {
        await Workshop.BuildAsync("FROM box:1\nRUN true\n");
        await using BuildEngine offline = await Testing.Workshop.OpenEngineAsync(Workshop.StatePath, static o => o with { Registry = new RegistryOptions { IsOffline = true } });
        Task<Built> BuildAsync(string step) =>
            Testing.Workshop.BuildAsync(offline, Workshop.Request($"FROM box:1\n{step}\n") with { Entitlements = new Entitlements { HasHostNetwork = true } });
        Assert.Equal(["RUN true cached"], (await BuildAsync("RUN true")).Steps);
        Assert.Equal(["lo"], Lines(await BuildAsync("RUN ls /sys/class/net")));
        BuildException refused = await Assert.ThrowsAsync<BuildException>(() => BuildAsync("RUN --network=host true # now"));
        Assert.Equal(EngineCodes.OfflineStep, refused.Diagnostics[0].Code);
    }

    [Fact]
    public async Task What_ran_offline_is_no_result_of_a_step_with_a_network()
    {
        const string dockerfile = "FROM box:1 AS looks\nRUN ls /sys/class/net > /seen\nFROM scratch\nCOPY --from=looks /seen /\n";
        await using BuildEngine offline = await Testing.Workshop.OpenEngineAsync(Workshop.StatePath, static o => o with { Registry = new RegistryOptions { IsOffline = true } });
        Built alone = await Testing.Workshop.BuildAsync(offline, Workshop.Request(dockerfile));
        Assert.All(alone.Steps, static s => Assert.EndsWith(" done", s, StringComparison.Ordinal));
        Assert.All((await Testing.Workshop.BuildAsync(offline, Workshop.Request(dockerfile))).Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
        // The step and what stands on it are done with the network; from then on that counts, offline too.
        Built online = await Workshop.BuildAsync(dockerfile);
        Assert.All(online.Steps, static s => Assert.EndsWith(" done", s, StringComparison.Ordinal));
        Assert.NotEqual(alone.Digest, online.Digest);
        Assert.Equal(online.Digest, (await Testing.Workshop.BuildAsync(offline, Workshop.Request(dockerfile))).Digest);
    }

    [Theory]
    [InlineData("RUN --network=host true", "the machine's network", "network.host")]
    [InlineData("RUN --security=insecure true", "full access to the machine", "security.insecure")]
    public async Task What_is_not_granted_is_refused_before_anything_runs(string run, string what, string entitlement)
    {
        Diagnostic finding = await Workshop.FailAsync($"FROM box:1\nRUN false\n{run}\n");
        Assert.Equal((EngineCodes.NotGranted, $"the step asks for {what}, which the build does not grant"), (finding.Code, finding.Message));
        Assert.Equal(($"when you trust this Dockerfile, add --allow {entitlement}", 3, 5), (finding.Hint, finding.Where?.Line, finding.Where?.Column));
    }

    [Fact]
    public async Task An_insecure_step_is_kept_from_nothing() =>
        Assert.Equal(
            ["Seccomp:\t0", "mounted", "own device", "masks: 0"],
            await RunAsync("grep ^Seccomp: /proc/self/status; mkdir /m && mount -t tmpfs none /m && echo mounted; mknod /n c 1 3 && echo x > /n && echo own device; rm /n; echo masks: $(grep -c ' /proc/' /proc/self/mounts)", r => r with { Entitlements = new Entitlements { HasInsecure = true } }, "--security=insecure "));

    [Fact]
    public async Task Labels_of_the_build_go_before_those_of_the_Dockerfile()
    {
        Built built = await Workshop.BuildAsync("FROM scratch\nLABEL a=1 b=2\n", r => r with { Labels = r.Labels.Add("b", "3").Add("c", "4") });
        Assert.Equal(["a=1", "b=3", "c=4"], built.Image.Config.Config.Labels!.Select(static l => $"{l.Key}={l.Value}")); // set above
        Assert.Equal(["LABEL a=1 b=2"], built.Image.Config.History!.Value.Select(static h => h.CreatedBy)); // an image of ours has one
    }

    [Fact]
    public async Task Steps_of_some_stages_are_done_anew_and_those_behind_them_only_when_something_came_out_different()
    {
        const string dockerfile = "FROM box:1 AS one\nRUN echo same > /one\nFROM box:1 AS two\nRUN echo {0} > /two\nFROM box:1\nCOPY --from=one /one /\nCOPY --from=two /two /\nRUN cat /one /two\n";
        string same = dockerfile.Replace("{0}", "same", StringComparison.Ordinal);
        string random = dockerfile.Replace("{0}", "$(cat /proc/sys/kernel/random/uuid)", StringComparison.Ordinal);
        await Workshop.BuildAsync(same);
        await Workshop.BuildAsync(random);
        Built again = await Workshop.BuildAsync(same, r => r with { FreshStages = ["ONE"] });
        Assert.Equal(["COPY --from=one /one / cached", "COPY --from=two /two / cached", "RUN cat /one /two cached", "RUN echo same > /one done", "RUN echo same > /two cached"], again.Steps.Order(StringComparer.Ordinal));
        again = await Workshop.BuildAsync(random, r => r with { FreshStages = ["two"] });
        Assert.Equal(["COPY --from=one /one / cached", "COPY --from=two /two / done", "RUN cat /one /two done"], again.Steps.Order(StringComparer.Ordinal).Take(3));
    }

    [Fact]
    public async Task A_stage_to_be_done_anew_that_is_not_there_is_told()
    {
        Built built = await Workshop.BuildAsync("FROM scratch AS build\nLABEL a=b\n", r => r with { FreshStages = ["biuld"] });
        BuildEvent.Warning warning = Assert.Single(built.Events.OfType<BuildEvent.Warning>());
        Assert.Equal((EngineCodes.UnknownStage, "did you mean \"build\"?"), (warning.Diagnostic.Code, warning.Diagnostic.Hint));
    }

    private async Task<ImmutableArray<string>> RunAsync(string script, Func<BuildRequest, BuildRequest> edit, string flags = "") => Lines(await Workshop.BuildAsync($"FROM box:1\nRUN {flags}{script}\n", edit));

    private static ImmutableArray<string> Lines(Built built) => [.. built.Events.OfType<BuildEvent.StepOutput>().Select(static o => o.Line)];
}
