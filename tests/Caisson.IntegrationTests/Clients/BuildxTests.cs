using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Clients;

/// <summary><c>docker buildx</c> against the daemon, by Docker's API and by BuildKit's, beside the same against a Docker engine.</summary>
public sealed partial class BuildxTests(TwoEngines engines) : IClassFixture<TwoEngines>
{
    private const string Steps = """
        ARG TAG=wrong
        FROM debian:$TAG AS tools
        RUN --network=none echo tool > /tool && chmod 750 /tool
        FROM debian:bookworm AS app
        ARG WHO=nobody
        WORKDIR /srv
        COPY --chmod=600 files/ ./files/
        COPY --from=tools /tool /usr/local/bin/
        COPY <<EOF /etc/greeting
        hello $WHO
        EOF
        RUN --network=none --mount=type=secret,id=key,required --mount=type=bind,source=files,target=/m cmp /run/secrets/key /m/a && ls /m > list
        FROM scratch AS out
        COPY --from=app /srv/ /srv/
        COPY --from=app /usr/local/bin/tool /etc/greeting /
        FROM out AS unused
        COPY not-there /
        """;

    [Fact]
    public async Task A_build_makes_the_same_files_at_all_three()
    {
        using TempDirectory context = Context();
        string[] arguments = ["build", "--build-arg", "TAG=bookworm", "--build-arg", "WHO=me", "--secret", "id=key,src=files/a", "--target", "out"];
        await engines.DockerBuildx.RunAsync(context.Path, [.. arguments, "-o", context["docker"], "."]);
        await engines.CaissonBuildx.RunAsync(context.Path, [.. arguments, "-o", context["caisson"], "."]);
        Outcome remote = await engines.Remote.TryAsync(context.Path, [.. arguments, "-o", $"type=tar,dest={context["out.tar"]}", "."]);
        Assert.Contains("CACHED", remote.Succeeded() + remote.Error, StringComparison.Ordinal);
        await Tool.ShellAsync(context.Path, "mkdir remote && tar -xpf out.tar -C remote");
        string expected = await ListAsync(context["docker"]);
        Assert.DoesNotContain("ignored", expected, StringComparison.Ordinal);
        Assert.Equal(expected, await ListAsync(context["caisson"]));
        Assert.Equal(expected, await ListAsync(context["remote"]));
    }

    [Fact]
    public async Task A_client_of_Docker_may_give_its_steps_the_network_of_the_machine()
    {
        using TempDirectory context = new();
        context.File("Dockerfile", "FROM debian:bookworm AS steps\nRUN tail -n +3 /proc/net/dev | cut -d: -f1 > /all\nRUN --network=host tail -n +3 /proc/net/dev | cut -d: -f1 > /one\nFROM scratch\nCOPY --from=steps /all /one /\n");
        await engines.DockerBuildx.RunAsync(context.Path, "build", "--network=host", "-o", context["docker"], ".");
        await engines.CaissonBuildx.RunAsync(context.Path, "build", "--network=host", "-o", context["caisson"], ".");
        Assert.Equal(File.ReadAllText(context["docker/all"]), File.ReadAllText(context["caisson/all"]));
        Assert.Equal(File.ReadAllText(context["docker/one"]), File.ReadAllText(context["caisson/one"]));
    }

    [Theory]
    [InlineData("FROM debian:bookworm\nRUN --network=none echo before && exit 7\n")]
    [InlineData("FROM debian:bookworm\nRUNN echo\n")]
    [InlineData("FROM debian:bookworm\nCOPY none /\n")]
    [InlineData("FROM debian:bookworm AS base\nFROM bas\nRUN --mount=type=secret,id=none,required true\n")]
    public async Task What_fails_ends_with_the_same_code_and_shows_the_same_place(string dockerfile)
    {
        using TempDirectory context = new();
        context.File("Dockerfile", dockerfile);
        Task<Outcome> docker = engines.DockerBuildx.TryAsync(context.Path, "build", ".");
        Outcome own = await engines.Remote.TryAsync(context.Path, "build", ".");
        Assert.Equal((await docker).ExitCode, own.ExitCode);
        Assert.Equal(Excerpt((await docker).Error), Excerpt(own.Error));
        if (dockerfile.Contains("exit 7", StringComparison.Ordinal))
            Assert.Equal((await docker).Error.Trim().Split('\n')[^1], own.Error.Trim().Split('\n')[^1]);
    }

    [Theory]
    [InlineData("outline")]
    [InlineData("targets")]
    [InlineData("check")]
    public async Task Calls_are_answered_as_by_BuildKit(string call)
    {
        using TempDirectory context = new();
        context.File("Dockerfile", "ARG VERSION=1\n# base does this\nFROM debian:bookworm as base\n# NAME is who\nARG NAME=x\nRUN --mount=type=secret,id=token --mount=type=cache,target=/c true\nFROM base AS last\nMAINTAINER me\n");
        Task<Outcome> docker = engines.DockerBuildx.TryAsync(context.Path, "build", "--call=" + call, ".");
        Outcome own = await engines.Remote.TryAsync(context.Path, "build", "--call=" + call, ".");
        Assert.Equal((await docker).ExitCode, own.ExitCode);
        if (call != "check")
            Assert.Equal((await docker).Output, own.Output);
        else
            Assert.Equal(Rules((await docker).Output), Rules(own.Output));
    }

    [Fact]
    public async Task Every_output_is_written_and_told_of()
    {
        using TempDirectory context = Context();
        context.File("Dockerfile", "FROM scratch\nCOPY files /f\n");
        await engines.Remote.RunAsync(context.Path, "build", "-o", $"type=oci,dest={context["oci.tar"]}", "-t", "out:oci", "--platform=linux/amd64,linux/arm64", ".");
        Assert.Contains("\"architecture\":\"arm64\"", await Tool.ShellAsync(context.Path, "mkdir oci && tar -xf oci.tar -C oci && cat oci/index.json oci/blobs/sha256/*"), StringComparison.Ordinal);
        await engines.Remote.RunAsync(context.Path, "build", "-o", $"type=docker,dest={context["docker.tar"]}", "-t", "out:docker", ".");
        Assert.Contains("out:docker", await Tool.ShellAsync(context.Path, "tar -xOf docker.tar manifest.json"), StringComparison.Ordinal);
        await engines.CaissonBuildx.RunAsync(context.Path, "build", "-t", "out:store", "--iidfile", "id", "--metadata-file", "metadata.json", "--label", "a=b", ".");
        using JsonDocument metadata = JsonDocument.Parse(File.ReadAllText(context["metadata.json"]));
        string id = await engines.Caisson.RunAsync("image", "inspect", "--format", "{{.Id}} {{.Config.Labels.a}}", "out:store");
        Assert.Equal($"{File.ReadAllText(context["id"])} b", id);
        Assert.Equal(File.ReadAllText(context["id"]), metadata.RootElement.GetProperty("containerimage.config.digest").GetString());
        Assert.Contains("out:store", metadata.RootElement.GetProperty("image.name").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_stands_on_standard_input_is_the_context_or_the_Dockerfile()
    {
        using TempDirectory context = Context();
        context.File("Dockerfile", "FROM scratch\nCOPY files /in\n").File("Other", "FROM scratch\nCOPY files/a /other\n");
        await Tool.ShellAsync(context.Path, "tar -cf c.tar Dockerfile files");
        (await engines.Remote.ReadAsync(context.Path, "c.tar", "build", "-o", context["1"], "-")).Succeeded();
        (await engines.Remote.ReadAsync(context.Path, "Other", "build", "-f", "-", "-o", context["2"], ".")).Succeeded();
        (await engines.CaissonBuildx.ReadAsync(context.Path, "Other", "build", "-f", "-", "-o", context["3"], ".")).Succeeded();
        Assert.True(File.Exists(context["1/in/a"]));
        Assert.True(File.Exists(context["2/other"]));
        Assert.True(File.Exists(context["3/other"]));
    }

    [Fact]
    public async Task An_agent_of_the_client_answers_a_step()
    {
        Tool.Require("ssh-agent");
        using TempDirectory context = new();
        context.File("Dockerfile", """
            FROM debian:bookworm
            COPY ask.pl /
            RUN --network=none --mount=type=ssh perl /ask.pl
            """).File("ask.pl", """
            use Socket;
            socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die; connect($s, sockaddr_un($ENV{SSH_AUTH_SOCK})) or die "$!";
            syswrite($s, "\0\0\0\1\x0b"); my $a = ""; while (length($a) < 9) { sysread($s, $a, 9 - length($a), length($a)) or die "end"; }
            print "keys: ", unpack("N", substr($a, 5, 4)), "\n";
            """);
        await Tool.ShellAsync(context.Path, "ssh-keygen -q -t ed25519 -N '' -f key");
        Outcome built = await engines.Remote.TryAsync(context.Path, "build", "--ssh", "default=" + context["key"], ".");
        built.Succeeded();
        Assert.Contains("keys: 1", built.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_and_its_cache_are_pushed()
    {
        using TempDirectory context = Context();
        context.File("Dockerfile", "FROM debian:bookworm\nRUN --network=none date +%N > /time\n");
        await using Registry registry = await Registry.StartAsync();
        string name = registry.Authority + "/pushed:1";
        await engines.Remote.RunAsync(context.Path, "build", "--push", "-t", name, "--metadata-file", "metadata.json", "--cache-to", $"type=registry,ref={registry.Authority}/cache:1,mode=max", ".");
        using JsonDocument metadata = JsonDocument.Parse(File.ReadAllText(context["metadata.json"]));
        string crane = await DockerEngine.ProgramAsync("crane");
        Assert.Equal(metadata.RootElement.GetProperty("containerimage.digest").GetString(), (await Tool.ShellAsync(context.Path, $"'{crane}' digest {name}")).Trim());
        Outcome again = await engines.Remote.TryAsync(context.Path, "build", "--cache-from", $"type=registry,ref={registry.Authority}/cache:1", ".");
        again.Succeeded();
        Assert.Contains("CACHED", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_comes_into_a_directory_of_the_client_and_is_taken_from_there()
    {
        using TempDirectory context = Context();
        context.File("Dockerfile", "FROM debian:bookworm\nRUN --network=none echo kept > /kept\n");
        Outcome built = await engines.Remote.TryAsync(context.Path, "build", "--progress=plain", "--cache-to", "type=local,dest=cache,mode=max", ".");
        built.Succeeded();
        Assert.Contains("exporting cache to a directory of the client", built.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(context["cache/index.json"]));
        await engines.Remote.RunAsync(context.Path, "prune", "--all", "--force");
        Outcome again = await engines.Remote.TryAsync(context.Path, "build", "--progress=plain", "--cache-from", "type=local,src=cache", ".");
        again.Succeeded();
        Assert.Contains("CACHED", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Targets_of_bake_take_from_each_other()
    {
        using TempDirectory context = new();
        context.File("base.Dockerfile", "FROM debian:bookworm\nENV KEPT=yes\nRUN --network=none echo base > /base\n")
            .File("app.Dockerfile", "FROM base\nRUN --network=none test \"$KEPT\" = yes\nFROM scratch\nCOPY --from=base /base /from-base\n")
            .File("docker-bake.json", """
                {"group": {"default": {"targets": ["app"]}},
                 "target": {"base": {"dockerfile": "base.Dockerfile"}, "app": {"dockerfile": "app.Dockerfile", "contexts": {"base": "target:base"}, "output": ["baked"]}}}
                """);
        await engines.Remote.RunAsync(context.Path, "bake", "--allow=fs.write=" + context.Path);
        Assert.Equal("base\n", File.ReadAllText(context["baked/from-base"]));
    }

    [Fact]
    public async Task Bake_takes_its_files_from_a_repository()
    {
        using TempDirectory context = new();
        context.File("work/docker-bake.json", """{"target": {"default": {"dockerfile": "build/Dockerfile", "output": ["baked"]}}}""").File("work/build/Dockerfile", "FROM scratch\nCOPY files /in\n").File("work/files/a", "1");
        await Tool.ShellAsync(context.Path, "git init -q -b main work && git -C work -c user.name=x -c user.email=x add . && git -C work -c user.name=x -c user.email=x commit -qm x && git clone -q --bare work served/app.git");
        await using GitDaemon git = new(context["served"]);
        await engines.Remote.RunAsync(context.Path, "bake", "--allow=fs.write=" + context.Path, git.Address + "/app.git#main");
        Assert.Equal("1", File.ReadAllText(context["baked/in/a"]));
    }

    [Fact]
    public async Task Rules_about_sources_count()
    {
        using TempDirectory context = new();
        context.File("Dockerfile", "FROM debian:wanted\nRUN --network=none cp /etc/debian_version /v\n");
        async Task<Outcome> BuildAsync(BuildxClient client, string rules)
        {
            context.File("policy.json", $$"""{"rules": [{{rules}}]}""");
            ProcessStartInfo start = client.Start(context.Path, input: null, "build", ".");
            start.Environment["EXPERIMENTAL_BUILDKIT_SOURCE_POLICY"] = context["policy.json"];
            return await Tool.CaptureAsync(start);
        }
        const string convert = """{"action": "CONVERT", "selector": {"identifier": "docker-image://docker.io/library/debian:wanted"}, "updates": {"identifier": "docker-image://docker.io/library/debian:bookworm"}}""";
        const string deny = """{"action": "DENY", "selector": {"identifier": "docker-image://docker.io/library/debian:book*"}}""";
        foreach (BuildxClient client in (BuildxClient[])[engines.Remote, engines.CaissonBuildx])
        {
            (await BuildAsync(client, convert)).Succeeded();
            Assert.Contains("rule 2 denies docker-image://docker.io/library/debian:book*", (await BuildAsync(client, convert + "," + deny)).Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Builders_cache_and_history_are_shown_and_tidied_up()
    {
        using TempDirectory context = new();
        context.File("Dockerfile", "FROM debian:bookworm\nRUN --network=none echo kept in the history\n");
        await engines.Remote.RunAsync(context.Path, "build", "--metadata-file", "m.json", ".");
        Assert.Contains("own", await engines.Remote.RunAsync("/", "ls"), StringComparison.Ordinal);
        Assert.Contains("linux/amd64", await engines.Remote.RunAsync("/", "inspect"), StringComparison.Ordinal);
        using JsonDocument metadata = JsonDocument.Parse(File.ReadAllText(context["m.json"]));
        string reference = metadata.RootElement.GetProperty("buildx.build.ref").GetString()!.Split('/')[^1]; // buildx writes it
        Assert.Contains(reference, await engines.Remote.RunAsync("/", "history", "ls", "--format", "{{.Ref}}"), StringComparison.Ordinal);
        Assert.Contains("kept in the history", Both(await engines.Remote.TryAsync("/", "history", "logs", reference)), StringComparison.Ordinal);
        Assert.Contains("Dockerfile", await engines.Remote.RunAsync("/", "history", "inspect", reference), StringComparison.Ordinal);
        await engines.Remote.RunAsync("/", "history", "rm", reference);
        Assert.DoesNotContain(reference, await engines.Remote.RunAsync("/", "history", "ls", "--format", "{{.Ref}}"), StringComparison.Ordinal);
        Assert.Contains("RUN --network=none echo kept", await engines.Remote.RunAsync("/", "du", "--verbose"), StringComparison.Ordinal);
        Assert.Contains("Total", await engines.Remote.RunAsync("/", "prune", "--force", "--filter", "type=exec.cachemount"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_is_interrupted_ends_its_step_and_no_other()
    {
        using TempDirectory context = new();
        string sleeping = string.Create(CultureInfo.InvariantCulture, $"1000.{Environment.ProcessId:D8}");
        context.File("Dockerfile", $"FROM debian:bookworm\nRUN --network=none echo up; exec sleep {sleeping}\n");
        await using Server client = Server.Start(engines.Remote.Start(context.Path, input: null, "build", "."), "INT");
        await client.SaysAsync(Up());
        await RunningProcesses.BegunAsync("sleep\0" + sleeping);
        Assert.NotEqual(0, await client.StopAsync());
        await RunningProcesses.GoneAsync("sleep\0" + sleeping);
        context.File("Dockerfile", "FROM debian:bookworm\nRUN --network=none true\n");
        await engines.Remote.RunAsync(context.Path, "build", ".");
    }

    [Fact]
    public async Task Services_of_compose_are_built()
    {
        using TempDirectory context = new();
        context.File("one/Dockerfile", "FROM scratch\nCOPY . /one\n").File("two/Dockerfile", "FROM debian:bookworm\nRUN --network=none echo two > /two\n")
            .File("compose.yaml", "services:\n  one: {build: ./one, image: 'composed:one'}\n  two: {build: {context: ./two}, image: 'composed:two'}\n");
        ProcessStartInfo start = engines.CaissonBuildx.Start(context.Path, input: null, "compose", "build");
        ProcessStartInfo compose = new(await DockerEngine.PluginAsync("docker-compose"), ["build"]) { WorkingDirectory = context.Path };
        foreach ((string name, string? value) in start.Environment)
            compose.Environment[name] = value;
        (await Tool.CaptureAsync(compose)).Succeeded();
        Assert.Contains("composed:two", await engines.Caisson.RunAsync("images", "--format", "{{.Repository}}:{{.Tag}}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_clients_at_once_do_equal_steps_once_in_bounded_memory()
    {
        const int clients = 50;
        const long most = 512L << 20;
        using TempDirectory context = Context();
        string id = Guid.NewGuid().ToString("N");
        context.File("Dockerfile", $"FROM debian:bookworm AS same\nCOPY files /f\nRUN --network=none --mount=type=cache,id={id},target=/count echo x >> /count/runs; sleep 1\nFROM debian:bookworm AS count\nARG AFTER\nRUN --network=none --mount=type=cache,id={id},target=/count echo runs: $(wc -l < /count/runs)\n");
        Outcome[] built = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => engines.Remote.TryAsync(context.Path, "build", "--target=same", ".")));
        Assert.All(built, static b => b.Succeeded());
        Outcome counted = await engines.Remote.TryAsync(context.Path, "build", "--build-arg", "AFTER=" + id, ".");
        counted.Succeeded();
        Assert.Contains("runs: 1\n", counted.Error, StringComparison.Ordinal);
        Assert.InRange(engines.Daemon.PeakBytes, 1, most);
    }

    [GeneratedRegex(@"#\d+ [\d.]+ up")]
    private static partial Regex Up();

    private static TempDirectory Context()
    {
        TempDirectory context = new();
        return context.File("Dockerfile", Steps).File("files/a", "A\n").File("files/ignored/b", "B").File(".dockerignore", "files/ignored\n*.tar\n");
    }

    private static Task<string> ListAsync(string directory) => Tool.ShellAsync(directory, "find . ! -path . -printf '%y %m %s %p %l\\n' | grep -v ' ./provenance.json' | sed 's/^d \\([0-9]*\\) [0-9]* /d \\1 /' | sort; cat $(find . -type f ! -name provenance.json | sort)");

    private static string Both(Outcome outcome) => outcome.Succeeded() + outcome.Error;

    // The lines of the Dockerfile that are shown, with the one that is marked.
    private static string[] Excerpt(string error) => [.. error.Split('\n').Where(static l => l.Contains(" | ", StringComparison.Ordinal))];

    private static string[] Rules(string output) => [.. output.Split('\n').Where(static l => l.StartsWith("WARNING: ", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
