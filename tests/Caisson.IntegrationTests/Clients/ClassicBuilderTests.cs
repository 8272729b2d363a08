using System.Text.Json;
using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Clients;

/// <summary><c>DOCKER_BUILDKIT=0 docker build</c> against the daemon, beside the same against a Docker engine.</summary>
public sealed partial class ClassicBuilderTests(TwoEngines engines) : IClassFixture<TwoEngines>
{
    // What one step makes and another removes, puts in the place of something else, or gives another name, of its own and of the base.
    private const string Changes = """
        RUN mkdir -p /made/sub /kept && echo 1 > /made/one && ln /made/one /made/same && echo 2 > /made/sub/two && ln -s one /made/link && chmod 4711 /made/one
        RUN rm /made/sub/two /etc/debian_version && rm -r /usr/share/doc && mkdir /usr/share/doc && echo new > /usr/share/doc/new
        RUN rm /made/one && chown 12:34 /made/same && rm -r /var/lib/dpkg/info && echo file > /var/lib/dpkg/info
        COPY f /kept/f
        COPY f /made/sub/
        ENV A=b
        CMD ["x"]
        """;

    [Fact]
    public async Task A_build_tells_and_makes_the_same()
    {
        using TempDirectory context = new();
        context.File("files/a", "A").File("files/sub/b", "B").File("Dockerfile", $"""
            ARG TAG=wrong
            FROM debian:$TAG AS first
            ARG WHO=nobody
            ENV GREETING="hello $WHO"
            RUN echo "$GREETING" && mkdir /made && echo x > /made/file \
                && chmod 4711 /made/file
            WORKDIR /srv/app
            COPY files/ ./
            ADD files/a /added/
            USER 12
            EXPOSE 80/tcp
            FROM first AS second
            LABEL a=b
            SHELL ["/bin/bash", "-c"]
            RUN echo "shell $BASH_VERSION" | cut -c1-5; id -u
            HEALTHCHECK --interval=5s CMD true
            STOPSIGNAL SIGINT
            ENTRYPOINT ["/bin/true"]
            CMD ["x"]
            FROM scratch
            COPY none /
            """);
        Outcome built = await engines.SameAsync(
            context.Path, null, "build", "--network=host", "--build-arg", "TAG=bookworm", "--build-arg", "WHO=me", "--build-arg", "UNUSED=1", "--target", "second", "--label", "z=y", "-t", "same:1", "-t", "same:2", "--iidfile", "id", ".");
        Assert.Contains("hello me\n", built.Output, StringComparison.Ordinal);
        await engines.SameFilesAsync("same:1");
        const string format = "{{json .Config.Env}}{{json .Config.Cmd}}{{json .Config.Entrypoint}}{{json .Config.WorkingDir}}{{json .Config.User}}{{json .Config.ExposedPorts}}{{json .Config.Labels}}{{json .Config.Healthcheck}}{{json .Config.StopSignal}}{{json .Config.Shell}}{{.Os}}/{{.Architecture}}";
        await engines.SameInspectionAsync("same:2", format);
        Outcome again = await engines.Caisson.TryAsync(context.Path, null, "build", "--network=host", "--build-arg", "TAG=bookworm", "--build-arg", "WHO=me", "--target", "second", "-t", "same:3", "--iidfile", "id", ".");
        Assert.DoesNotContain("Running in", again.Succeeded(), StringComparison.Ordinal);
        Assert.Contains(" ---> Using cache", again.Output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(context["id"]), await engines.Caisson.RunAsync("image", "inspect", "--format", "{{.Id}}", "same:3"));
    }

    [Theory]
    [InlineData("FROM debian:bookworm\nRUN exit 7\nRUN true\n", 7)]
    [InlineData("FROM debian:bookworm\nRUN [\"/bin/sh\", \"-c\", \"exit 3\"]\n", 3)]
    [InlineData("FROM debian:bookworm\nSHELL [\"/bin/bash\", \"-ec\"]\nRUN true && \\\n  exit 137\n", 137)]
    public async Task A_program_that_fails_gives_its_code_and_the_same_words(string dockerfile, int code)
    {
        using TempDirectory context = new();
        context.File("Dockerfile", dockerfile);
        Outcome own = await engines.SameAsync(context.Path, null, "build", "--network=host", ".");
        own.Failed(code);
        Outcome other = await engines.Docker.TryAsync(context.Path, null, "build", "--network=host", ".");
        Assert.Equal(other.Error.Trim().Split('\n')[^1], own.Error.Trim().Split('\n')[^1]);
    }

    [Theory]
    [InlineData("FROM scratch\nCOPY none /\n", "none")]
    [InlineData("FROM scratch\nNONSENSE x\n", "NONSENSE")]
    [InlineData("FROM scratch\nCOPY --from=nobody:1 / /\n", "nobody")]
    [InlineData("# nothing\n", "no instruction")]
    public async Task What_cannot_be_built_ends_with_the_code_of_Docker(string dockerfile, string word)
    {
        using TempDirectory context = new();
        context.File("Dockerfile", dockerfile);
        Task<Outcome> other = engines.Docker.TryAsync(context.Path, null, "build", "--target=", ".");
        Outcome own = await engines.Caisson.TryAsync(context.Path, null, "build", ".");
        Assert.Equal((await other).ExitCode, own.ExitCode);
        Assert.Contains(word, own.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("build -t context:dir .", null)]
    [InlineData("build -t context:named -f other/Dockerfile .", null)]
    [InlineData("build -t context:input -f - .", "Dockerfile")]
    [InlineData("build -t context:tar -", "context.tar")]
    [InlineData("build -t context:zipped -", "context.tar.gz")]
    [InlineData("build -t context:xz -f other/Dockerfile -", "context.tar.xz")]
    public async Task A_context_of_every_kind_has_the_same_files(string command, string? input)
    {
        using TempDirectory context = new();
        const string dockerfile = "FROM scratch\nCOPY . /all/\n";
        context.File("Dockerfile", dockerfile).File("other/Dockerfile", dockerfile).File(".dockerignore", "skipped\nother/Dockerfile\n**/*.o\n!kept.o\n").File("skipped/file", "s").File("a.o", "o").File("kept.o", "k").File("sub/file", "f");
        await Tool.ShellAsync(context.Path, "ln -s sub/file link; chmod 750 sub; tar --create --file ../context-$$.tar . && mv ../context-$$.tar context.tar; gzip -k context.tar; xz -k context.tar");
        string image = command.Split(' ')[2];
        await engines.SameAsync(context.Path, input is null ? null : context[input], command.Split(' '));
        await engines.SameFilesAsync(image);
    }

    [Fact]
    public async Task A_Dockerfile_alone_may_come_on_standard_input()
    {
        using TempDirectory context = new();
        context.File("Dockerfile", "FROM debian:bookworm\nRUN echo from-input\n");
        Outcome own = await engines.SameAsync(context.Path, context["Dockerfile"], "build", "--network=host", "-");
        Assert.Contains("from-input", own.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quiet_build_prints_the_id()
    {
        using TempDirectory context = new();
        context.File("Dockerfile", "FROM scratch\nLABEL quiet=yes\n");
        string id = (await engines.SameAsync(context.Path, null, "build", "-q", ".")).Succeeded().Trim();
        Assert.Equal(id, await engines.Caisson.RunAsync("image", "inspect", "--format", "{{.Id}}", id[7..19]));
    }

    [Theory]
    [InlineData("FROM debian:bookworm\n" + Changes)]
    [InlineData("FROM debian:bookworm AS first\nRUN echo first > /first\nRUN rm /first\nFROM first\n" + Changes)]
    [InlineData("FROM scratch\nCOPY f /a\nCOPY f /b\nENV A=b\n")]
    public async Task A_squashed_image_has_one_layer_on_its_base_and_says_so(string dockerfile)
    {
        using TempDirectory context = new();
        using TempDirectory saved = new(); // the newest file of a context that is sent says what time it is in the image
        context.File("f", "F").File("Dockerfile", dockerfile);
        await engines.SameAsync(context.Path, null, "build", "--network=host", "--squash", "-t", "squashed:1", ".");
        await engines.SameFilesAsync("squashed:1");
        await engines.SameInspectionAsync("squashed:1", "{{len .RootFS.Layers}}{{json .Config.Env}}{{json .Config.Cmd}}");
        Assert.Equal(await HistoryAsync(engines.Docker, saved["docker.tar"]), await HistoryAsync(engines.Caisson, saved["caisson.tar"]));
        string id = await engines.Caisson.RunAsync("image", "inspect", "--format", "{{.Id}}", "squashed:1");
        (await engines.Caisson.TryAsync(context.Path, null, "build", "--network=host", "--no-cache", "--squash", "-t", "squashed:2", ".")).Succeeded();
        Assert.Equal(id, await engines.Caisson.RunAsync("image", "inspect", "--format", "{{.Id}}", "squashed:2"));
    }

    // A daemon lives long: a build that fails may have written a lot by then.
    [Fact]
    public async Task Nothing_stays_behind_of_steps_but_their_results()
    {
        using TempDirectory context = new();
        context.File("Dockerfile", "FROM debian:bookworm\nRUN --mount=type=cache,target=/c --mount=type=tmpfs,target=/t echo x > /f\n").File("failing", "FROM debian:bookworm\nRUN seq 100000 > /f; exit 3\n");
        await engines.Caisson.RunAsync("build", "--network=host", context.Path);
        string[] before = InWork();
        await engines.Caisson.RunAsync("build", "--network=host", "--no-cache", context.Path);
        (await engines.Caisson.TryAsync(context.Path, null, "build", "--network=host", "-f", "failing", ".")).Failed(3);
        (await engines.Remote.TryAsync(context.Path, "build", "--add-host=other:127.0.0.2", "-f", "failing", ".")).Failed(1);
        await Tool.ShellAsync(context.Path, "tar --create --file context.tar --exclude context.tar .");
        (await engines.Caisson.TryAsync(context.Path, "context.tar", "build", "--network=host", "-f", "failing", "-")).Failed(3);
        Assert.Equal(before, InWork());

        string[] InWork() => [.. Directory.GetDirectories(Path.Combine(engines.Daemon.Store.Root, "tmp")).SelectMany(static area => Directory.GetFileSystemEntries(area)).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task Many_clients_at_once_are_served()
    {
        using TempDirectory context = new();
        context.File("Dockerfile", "FROM debian:bookworm\nRUN echo \"run $(cat /proc/sys/kernel/random/uuid)\"\nARG N\nRUN echo \"of $N\"\n");
        Outcome[] all = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => engines.Caisson.TryAsync(context.Path, null, "build", "--build-arg", $"N={i}", "-t", $"many:{i}", ".")));
        Assert.All(all.Select(static (o, i) => (Outcome: o, Number: i)), static one => Assert.Contains($"Successfully tagged many:{one.Number}\n", one.Outcome.Succeeded(), StringComparison.Ordinal));
        // The equal step ran once: who came while it ran has seen the same run, who came later that of the cache.
        Assert.Single(all.SelectMany(static o => OwnRun().Matches(o.Output).Select(static m => m.Value)).Distinct());
        Assert.All(all, static o => Assert.True(OwnRun().IsMatch(o.Output) || o.Output.Contains(" ---> Using cache\n", StringComparison.Ordinal)));
    }

    // How many layers the lines of the history have, and what the last one says but for the ids.
    private static async Task<string> HistoryAsync(DockerClient client, string archive)
    {
        await client.RunAsync("save", "--output", archive, "squashed:1");
        using JsonDocument manifest = JsonDocument.Parse(await Tool.RunAsync("tar", "--extract", "--to-stdout", "--file", archive, "manifest.json"));
        using JsonDocument config = JsonDocument.Parse(await Tool.RunAsync("tar", "--extract", "--to-stdout", "--file", archive, manifest.RootElement[0].GetProperty("Config").GetString()!)); // an image has one
        JsonElement[] lines = [.. config.RootElement.GetProperty("history").EnumerateArray()];
        string kinds = string.Join(' ', lines.Select(static l => l.TryGetProperty("empty_layer", out _) ? "empty" : "layer"));
        return $"{kinds}: {Digests().Replace(lines[^1].GetProperty("comment").GetString()!, "ID")}, {config.RootElement.GetProperty("rootfs").GetProperty("diff_ids").GetArrayLength()}"; // the last line has one
    }

    [GeneratedRegex("sha256:[0-9a-f]{64}")]
    private static partial Regex Digests();

    [GeneratedRegex("^run [0-9a-f-]{36}$", RegexOptions.Multiline)]
    private static partial Regex OwnRun();
}
