using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Clients;

/// <summary><c>docker buildx</c> against the daemon, by Docker's API and by BuildKit's, beside the same against a Docker engine.</summary>
public sealed partial class BuildxTests(BuildxEngines engines) : IClassFixture<BuildxEngines>
{
    // With a whole system to write, buildx and Docker's BuildKit at times wait for each other for ever: the files asked for fill up the one direction, those told of the other.
    private const string Nowhere = "--output=type=cacheonly";

    private const string Steps = """
        ARG TAG=wrong
        FROM debian:$TAG AS tools
        RUN --network=none echo tool > /tool && chmod 750 /tool
        FROM debian:bookworm AS app
        ARG WHO=nobody
        WORKDIR /srv
        COPY --chmod=600 files/ ./files/
        COPY ../top /etc/again
        COPY --from=tools /tool /usr/local/bin/
        COPY <<EOF /etc/greeting
        hello $WHO
        EOF
        RUN --network=none --mount=type=secret,id=key,required --mount=type=bind,source=files,target=/m cmp /run/secrets/key /m/a && ls /m > list
        FROM scratch AS out
        COPY --from=app /srv/ /srv/
        COPY --from=app /usr/local/bin/tool /etc/greeting /etc/again /
        FROM out AS unused
        COPY not-there /
        """;

    [Fact]
    public async Task A_build_makes_the_same_files_at_all_three()
    {
        using TempDirectory context = Context();
        string[] arguments = ["build", "--build-arg", "TAG=bookworm", "--build-arg", "WHO=me", "--secret", "id=key,src=files/a", "--target", "out"];
        Outcome[] told = await engines.SameSuccessAsync(context.Path, name => [.. arguments, "-o", context[name], "."]);
        Assert.Contains("CACHED", told[^1].Error, StringComparison.Ordinal);
        await engines.SameSuccessAsync(context.Path, name => [.. arguments, "-o", $"type=tar,dest={context[name + ".tar"]}", "."]);
        string expected = await SameFilesAsync(context);
        Assert.DoesNotContain("ignored", expected, StringComparison.Ordinal);
        Assert.Equal(expected, await TarredAsync(context, "docker"));
        Assert.Equal(expected, await TarredAsync(context, "caisson"));
        Assert.Equal(expected, await TarredAsync(context, "remote"));
    }

    [Fact]
    public async Task A_client_of_Docker_may_give_its_steps_the_network_of_the_machine()
    {
        using TempDirectory context = new();
        context.File("Dockerfile", "FROM debian:bookworm AS steps\nRUN tail -n +3 /proc/net/dev | cut -d: -f1 > /all\nRUN --network=host tail -n +3 /proc/net/dev | cut -d: -f1 > /one\nFROM scratch\nCOPY --from=steps /all /one /\n");
        await engines.SameSuccessAsync(context.Path, name => ["build", "--network=host", "-o", context[name], "."]);
        await SameFilesAsync(context);
    }

    [Fact]
    public async Task Steps_are_shown_with_the_values_of_their_variables()
    {
        using TempDirectory context = new TempDirectory().File("a", "A\n").File("Dockerfile", """
            FROM debian:bookworm
            ARG NAME="a b"
            ENV DIR=/d EMPTY=
            workdir $DIR/$UNSET/x
            COPY a "${DIR}"/$NAME
            COPY ["a", "$DIR/z"]
            ADD --chown=0:0 a $DIR/${NAME%y}t/
            COPY <<EOF $DIR/heredoc
            $NAME
            EOF
            RUN --network=none --mount=type=secret,id=key,env=TOKEN echo $NAME "$DIR/\$x" '$DIR' \
              # within
                &&   echo ${UNSET} $TOKEN ${UNSET:-d}${EMPTY:+e} \$DIR > /o
            RUN --network=none <<EOF
            echo $NAME
            echo two
            EOF
            RUN --network=none ["echo", "$NAME", "\\"]
            """);
        Outcome[] told = await engines.SameSuccessAsync(context.Path, static _ => ["build", "--build-arg", "NAME=x y", "--secret", "id=key,src=a", Nowhere, "."]);
        Assert.Contains("COPY a /d/x y", told[^1].Error, StringComparison.Ordinal);
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
        Outcome docker = await engines.DockerBuildx.TryAsync(context.Path, "build", ".");
        foreach (BuildxClient client in (BuildxClient[])[engines.CaissonBuildx, engines.Remote])
        {
            Outcome own = await client.TryAsync(context.Path, "build", ".");
            Assert.Equal(docker.ExitCode, own.ExitCode);
            Assert.Equal(Excerpt(docker.Error), Excerpt(own.Error));
            if (dockerfile.Contains("exit 7", StringComparison.Ordinal))
                Assert.Equal(docker.Error.Trim().Split('\n')[^1], own.Error.Trim().Split('\n')[^1]);
        }
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
        await engines.SameSuccessAsync(context.Path, name => ["build", "-o", $"type=oci,dest={name}.oci.tar", "-t", "out:oci", "--platform=linux/amd64,linux/arm64", "--metadata-file", name + ".oci.json", "."]);
        await SameAsync(context, name => $"mkdir {name}.oci && tar -xf {name}.oci.tar -C {name}.oci && cat {name}.oci/blobs/sha256/* | grep -o '\"architecture\":\"[a-z0-9]*\"' | sort | uniq -c; cat {name}.oci/index.json | grep -o 'io.containerd.image.name[^,]*'");
        await SameKeysAsync(context, ".oci.json");
        await engines.SameSuccessAsync(context.Path, name => ["build", "-o", $"type=docker,dest={name}.docker.tar", "-t", "out:docker", "."]);
        await SameAsync(context, static name => $"tar -xOf {name}.docker.tar manifest.json | grep -o '\"RepoTags\":[^]]*'");
        await engines.SameSuccessAsync(context.Path, name => ["build", "-o", "type=image,name=out:image", "--metadata-file", name + ".image.json", "--label", "a=b", "."]);
        await SameKeysAsync(context, ".image.json");
        await engines.SameInspectionAsync("out:image", "{{json .Config.Labels}} {{.RootFS.Layers | len}}");
        Assert.All(await engines.SameSuccessAsync(context.Path, static _ => ["build", "-o", "type=cacheonly", "."]), static t => Assert.DoesNotContain("exporting", t.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_is_known_by_its_id()
    {
        using TempDirectory context = Context();
        context.File("Dockerfile", "FROM scratch\nCOPY files /f\n");
        foreach ((BuildxClient client, DockerClient docker, string name) in new[] { (engines.DockerBuildx, engines.Docker, "docker"), (engines.CaissonBuildx, engines.Caisson, "caisson") })
        {
            await client.RunAsync(context.Path, "build", "-t", "out:store", "--load", "--iidfile", name + ".id", "--metadata-file", name + ".json", "--label", "a=b", ".");
            Assert.Equal(File.ReadAllText(context[name + ".id"]) + " b", await docker.RunAsync("image", "inspect", "--format", "{{.Id}} {{.Config.Labels.a}}", "out:store"));
        }
        await engines.SameFilesAsync("out:store");
        using JsonDocument metadata = JsonDocument.Parse(File.ReadAllText(context["caisson.json"]));
        Assert.Equal(File.ReadAllText(context["caisson.id"]), metadata.RootElement.GetProperty("containerimage.config.digest").GetString());
        Assert.Contains("out:store", metadata.RootElement.GetProperty("image.name").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_stands_on_standard_input_is_the_context_or_the_Dockerfile()
    {
        using TempDirectory context = Context();
        context.File("Dockerfile", "FROM scratch\nCOPY files /in\n").File("Other", "FROM scratch\nCOPY files/a /other\n");
        await Tool.ShellAsync(context.Path, "tar -cf c.tar Dockerfile files");
        await engines.SameSuccessAsync(context.Path, name => ["build", "-o", context[name], "-"], "c.tar");
        Assert.Contains("./in/a", await SameFilesAsync(context), StringComparison.Ordinal);
        await engines.SameSuccessAsync(context.Path, name => ["build", "-f", "-", "-o", context[name], "."], "Other");
        Assert.Contains("./other", await SameFilesAsync(context), StringComparison.Ordinal);
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
        Outcome[] built = await engines.SameSuccessAsync(context.Path, name => ["build", "--no-cache", "--ssh", "default=" + context["key"], Nowhere, "."]);
        Assert.All(built, static b => Assert.Contains("keys: 1", b.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_and_its_cache_are_pushed()
    {
        using TempDirectory context = Context();
        context.File("Dockerfile", "FROM debian:bookworm\nRUN --network=none date +%N > /time\n");
        await using Registry registry = await Registry.StartAsync();
        string Of(string engine) => $"{registry.Authority}/{engine}/pushed:1";
        await engines.SameSuccessAsync(context.Path, name => ["build", "--push", "-t", Of(name), "--metadata-file", name + ".json", "--cache-to", $"type=registry,ref={registry.Authority}/{name}/cache:1,mode=max", "."]);
        await SameKeysAsync(context, ".json");
        string crane = await DockerEngine.ProgramAsync("crane");
        await SameAsync(context, name => $"'{crane}' export {Of(name)} - | tar -t | sort | grep -v '^var/cache'");
        foreach (string name in (string[])["caisson", "remote"])
        {
            using JsonDocument metadata = JsonDocument.Parse(File.ReadAllText(context[name + ".json"]));
            Assert.Equal(metadata.RootElement.GetProperty("containerimage.digest").GetString(), (await Tool.ShellAsync(context.Path, $"'{crane}' digest {Of(name)}")).Trim());
        }
        await engines.DockerBuildx.RunAsync(context.Path, "prune", "--all", "--force");
        await engines.Remote.RunAsync(context.Path, "prune", "--all", "--force");
        Outcome[] again = await engines.SameSuccessAsync(context.Path, name => ["build", "--cache-from", $"type=registry,ref={registry.Authority}/{name}/cache:1", Nowhere, "."]);
        Assert.All(again, static a => Assert.Contains("CACHED", a.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cache_comes_into_a_directory_of_the_client_and_is_taken_from_there()
    {
        using TempDirectory context = Context();
        context.File("Dockerfile", "FROM debian:bookworm\nRUN --network=none echo kept > /kept\n");
        await engines.SameSuccessAsync(context.Path, name => ["build", "--cache-to", $"type=local,dest={name}.cache,mode=max", Nowhere, "."]);
        await SameAsync(context, static name => $"ls {name}.cache");
        await engines.DockerBuildx.RunAsync(context.Path, "prune", "--all", "--force");
        await engines.Remote.RunAsync(context.Path, "prune", "--all", "--force");
        Outcome[] again = await engines.SameSuccessAsync(context.Path, name => ["build", "--cache-from", $"type=local,src={name}.cache", Nowhere, "."]);
        Assert.All(again, static a => Assert.Contains("CACHED", a.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Targets_of_bake_take_from_each_other()
    {
        using TempDirectory context = new();
        context.File("base.Dockerfile", "FROM debian:bookworm\nENV KEPT=yes\nRUN --network=none echo base > /base\n")
            .File("app.Dockerfile", "FROM base\nRUN --network=none test \"$KEPT\" = yes\nFROM scratch\nCOPY --from=base /base /from-base\n")
            .File("docker-bake.json", """
                {"group": {"default": {"targets": ["app"]}},
                 "target": {"base": {"dockerfile": "base.Dockerfile"}, "app": {"dockerfile": "app.Dockerfile", "contexts": {"base": "target:base"}}}}
                """);
        // Which of its targets a step is shown for that both need is a matter of time.
        foreach ((BuildxClient client, string name) in new[] { (engines.DockerBuildx, "docker"), (engines.CaissonBuildx, "caisson"), (engines.Remote, "remote") })
            await client.RunAsync(context.Path, "bake", "--allow=fs.write=" + context.Path, "--set", "app.output=" + context[name]);
        Assert.Contains("./from-base", await SameFilesAsync(context), StringComparison.Ordinal);
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
        string[] shown = await Task.WhenAll(ShownAsync(engines.DockerBuildx, "docker"), ShownAsync(engines.CaissonBuildx, "caisson"), ShownAsync(engines.Remote, "remote"));
        Assert.Equal(shown[0], shown[1]);
        Assert.Equal(shown[0], shown[2]);

        // Asks for all there is, checks what it says of this build, and gives the headings of each answer.
        async Task<string> ShownAsync(BuildxClient client, string name)
        {
            await client.RunAsync(context.Path, "build", Nowhere, "--metadata-file", name + ".json", ".");
            using JsonDocument metadata = JsonDocument.Parse(File.ReadAllText(context[name + ".json"]));
            string reference = metadata.RootElement.GetProperty("buildx.build.ref").GetString()!.Split('/')[^1]; // buildx writes it
            string builders = await client.RunAsync("/", "ls"), builder = await client.RunAsync("/", "inspect");
            Assert.Contains("linux/amd64", builder, StringComparison.Ordinal);
            string list = await client.RunAsync("/", "history", "ls");
            Assert.Contains(reference, list, StringComparison.Ordinal);
            Assert.Contains("kept in the history", Both(await client.TryAsync("/", "history", "logs", reference)), StringComparison.Ordinal);
            string inspected = await client.RunAsync("/", "history", "inspect", reference);
            Assert.Contains("Dockerfile", inspected, StringComparison.Ordinal);
            string use = await client.RunAsync("/", "du"), uses = await client.RunAsync("/", "du", "--verbose");
            Assert.Contains("echo kept in the history", uses, StringComparison.Ordinal);
            string pruned = await client.RunAsync("/", "prune", "--force", "--filter", "type=exec.cachemount");
            if (client != engines.DockerBuildx) // Docker's engine 28 ends with a fault
            {
                await client.RunAsync("/", "history", "rm", reference);
                Assert.DoesNotContain(reference, await client.RunAsync("/", "history", "ls"), StringComparison.Ordinal);
            }
            return string.Join('\n', [FirstLine(builders), .. Fields(builder, "Name", "Driver", "Endpoint", "Status", "Platforms"), FirstLine(list), .. Fields(inspected, "Name", "Context", "Dockerfile", "Duration", "Build Steps"), FirstLine(use), .. Fields(use, "Shared", "Private", "Reclaimable", "Total"), .. Fields(uses, "ID", "Created at", "Mutable", "Size", "Description", "Usage count", "Last used", "Type"), .. Fields(pruned, "Total")]);
        }
    }

    [Fact]
    public async Task A_client_that_is_interrupted_ends_its_step_and_no_other()
    {
        using TempDirectory context = new();
        string sleeping = string.Create(CultureInfo.InvariantCulture, $"1000.{Environment.ProcessId:D8}");
        context.File("Dockerfile", $"FROM debian:bookworm\nRUN --network=none echo up; exec sleep {sleeping}\n");
        List<int> codes = [];
        foreach (BuildxClient engine in (BuildxClient[])[engines.DockerBuildx, engines.CaissonBuildx, engines.Remote])
        {
            await using Server client = Server.Start(engine.Start(context.Path, input: null, "build", "."), "INT");
            await client.SaysAsync(Up());
            await RunningProcesses.BegunAsync("sleep\0" + sleeping);
            codes.Add(await client.StopAsync());
            await RunningProcesses.GoneAsync("sleep\0" + sleeping);
        }
        Assert.NotEqual(0, codes[0]);
        Assert.All(codes, code => Assert.Equal(codes[0], code));
        context.File("Dockerfile", "FROM debian:bookworm\nRUN --network=none true\n");
        await engines.Remote.RunAsync(context.Path, "build", ".");
    }

    [Fact]
    public async Task Services_of_compose_are_built()
    {
        using TempDirectory context = new();
        context.File("one/Dockerfile", "FROM scratch\nCOPY . /one\n").File("two/Dockerfile", "FROM debian:bookworm\nRUN --network=none echo two > /two\n")
            .File("compose.yaml", "services:\n  one: {build: ./one, image: 'composed:one'}\n  two: {build: {context: ./two}, image: 'composed:two'}\n");
        await Task.WhenAll(ComposeAsync(engines.DockerBuildx), ComposeAsync(engines.CaissonBuildx));
        await engines.SameFilesAsync("composed:one");
        await engines.SameFilesAsync("composed:two");

        async Task ComposeAsync(BuildxClient client)
        {
            ProcessStartInfo compose = client.Start(context.Path, input: null, "build");
            compose.FileName = await DockerEngine.PluginAsync("docker-compose");
            (await Tool.CaptureAsync(compose)).Succeeded();
        }
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
        return context.File("Dockerfile", Steps).File("top", "T\n").File("files/a", "A\n").File("files/ignored/b", "B").File(".dockerignore", "files/ignored\n*.tar\n");
    }

    private static Task<string> ListAsync(string directory) => Tool.ShellAsync(directory, "find . ! -path . -printf '%y %m %s %p %l\\n' | grep -v ' ./provenance.json' | sed 's/^d \\([0-9]*\\) [0-9]* /d \\1 /' | sort; cat $(find . -type f ! -name provenance.json | sort)");

    private static string FirstLine(string text) => Regex.Replace(text.Split('\n')[0], " {2,}", "  ");

    // Those of the fields "NAME: value" that an answer has.
    private static IEnumerable<string> Fields(string text, params string[] names) => names.Where(name => text.Split('\n').Any(l => l.TrimStart().StartsWith(name + ":", StringComparison.Ordinal)));

    // What all three left in directories that have their names.
    private static async Task<string> SameFilesAsync(TempDirectory context)
    {
        string docker = await ListAsync(context["docker"]);
        Assert.Equal(docker, await ListAsync(context["caisson"]));
        Assert.Equal(docker, await ListAsync(context["remote"]));
        return docker;
    }

    // What a script says of each of the three, which must be the same and not nothing.
    private static async Task SameAsync(TempDirectory context, Func<string, string> script)
    {
        string docker = (await Tool.ShellAsync(context.Path, script("docker"))).Replace("docker/", "", StringComparison.Ordinal);
        Assert.NotEqual("", docker);
        foreach (string name in (string[])["caisson", "remote"])
            Assert.Equal(docker, (await Tool.ShellAsync(context.Path, script(name))).Replace(name + "/", "", StringComparison.Ordinal));
    }

    // All that Docker tells of a build is told, by name; but for the manifest of a cache, which is of another form here.
    private static async Task SameKeysAsync(TempDirectory context, string suffix)
    {
        string[] docker = await KeysAsync("docker");
        Assert.NotEmpty(docker);
        foreach (string name in (string[])["caisson", "remote"])
            Assert.Superset(docker.Except(["cache.manifest"]).ToHashSet(), (await KeysAsync(name)).ToHashSet());

        async Task<string[]> KeysAsync(string name)
        {
            using JsonDocument told = JsonDocument.Parse(await File.ReadAllTextAsync(context[name + suffix], TestContext.Current.CancellationToken));
            return [.. told.RootElement.EnumerateObject().Select(static p => p.Name).Order(StringComparer.Ordinal)];
        }
    }

    private static async Task<string> TarredAsync(TempDirectory context, string name)
    {
        await Tool.ShellAsync(context.Path, $"mkdir {name}-tar && tar -xpf {name}.tar -C {name}-tar");
        return await ListAsync(context[name + "-tar"]);
    }

    private static string Both(Outcome outcome) => outcome.Succeeded() + outcome.Error;

    // The lines of the Dockerfile that are shown, with the one that is marked.
    private static string[] Excerpt(string error) => [.. error.Split('\n').Where(static l => l.Contains(" | ", StringComparison.Ordinal))];

    private static string[] Rules(string output) => [.. output.Split('\n').Where(static l => l.StartsWith("WARNING: ", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
