using System.Diagnostics;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Clients;

/// <summary>Docker's library for Python against the daemon, beside the same against a Docker engine: it takes each piece of an answer in chunks for messages as a whole.</summary>
public sealed class PythonLibraryTests(TwoEngines engines) : IClassFixture<TwoEngines>
{
    private const string Python = "/usr/bin/python3"; // Debian's, which has Debian's libraries

    private const string Program = """
        import docker, io, re, sys
        client = docker.DockerClient(base_url=sys.argv[1])

        def tell(what, ask):
            try:
                said = ask()
            except docker.errors.APIError as e:
                said = f"status {e.status_code}"
            except docker.errors.BuildError as e:
                said = f"failed: {e.msg}"
            print(what, re.sub("[0-9a-f]{64}|[0-9a-f]{12}", "ID", str(said)))

        def build(**how):
            image, log = client.images.build(rm=True, network_mode="host", **how)
            lines = "".join(message.get("stream", "") for message in log).splitlines()
            # What a program writes Docker loses now and then, when the program ends at once.
            sys.stderr.writelines(line + "\n" for line in lines if line.startswith("hello"))
            return [line for line in lines if line and not line.startswith((" ---", "Remov", "hello"))], sorted(image.tags), image.labels

        def written(text, **how):
            return build(fileobj=io.BytesIO(text.encode()), **how)

        tell("ping", client.ping)
        tell("context", lambda: build(path=".", tag="library:1", buildargs={"WHO": "me"}, labels={"l": "m"}))
        tell("again", lambda: build(path=".", tag="library:2", buildargs={"WHO": "me"}, labels={"l": "m"}))
        tell("target", lambda: build(path=".", tag="library:3", target="first", forcerm=True, nocache=True))
        tell("Dockerfile alone", lambda: written("FROM debian:bookworm\nLABEL a=b\n", tag="library:4"))
        tell("failing step", lambda: written("FROM debian:bookworm\nRUN echo before && exit 7\n"))
        try:
            print("missing file", written("FROM debian:bookworm\nCOPY none /\n"))
        except docker.errors.BuildError as e: # each says it in words of its own
            print("missing file named:", "none" in e.msg)
        tell("wrong Dockerfile", lambda: written("FROM debian:bookworm\nNONSENSE\n"))
        tell("messages", lambda: [sorted(m) for m in client.api.build(fileobj=io.BytesIO(b"FROM debian:bookworm\nENV A=b\n"), decode=True)][-3:])
        tell("tag", lambda: client.images.get("library:1").tag("other", "5"))
        tell("tags", lambda: sorted(client.images.get("other:5").tags))
        tell("none", lambda: client.images.get("library:none"))
        tell("list", lambda: sorted(t for i in client.images.list(name="library") for t in i.tags))
        tell("history", lambda: len(client.images.get("library:4").history()))
        archive = b"".join(client.images.get("library:1").save(named=True))
        tell("remove", lambda: client.images.remove("library:1"))
        tell("load", lambda: "library:1" in client.images.load(archive)[0].tags)
        tell("push", lambda: sorted(list(client.images.push("library:none", stream=True, decode=True))[-1]))
        tell("pull", lambda: client.images.pull("127.0.0.1:9/none", tag="1"))
        tell("prune", lambda: sorted(client.images.prune(filters={"dangling": True})))
        """;

    [Fact]
    public async Task A_program_is_told_the_same()
    {
        using TempDirectory context = new();
        context.File("program.py", Program).File(".dockerignore", "program.py\n").File("f", "content").File("Dockerfile", """
            FROM debian:bookworm AS first
            ARG WHO=nobody
            RUN echo "hello $WHO" > /greeting && cat /greeting
            FROM first
            COPY f /f
            """);
        Outcome told = await RunAsync(engines.Caisson, context.Path);
        string own = told.Succeeded();
        Assert.Equal((await RunAsync(engines.Docker, context.Path)).Succeeded(), own);
        Assert.Equal("hello me\nhello nobody\n", told.Error);
        Assert.Contains("failing step failed: The command '/bin/sh -c echo before && exit 7' returned a non-zero code: 7", own, StringComparison.Ordinal);
        Assert.Contains("wrong Dockerfile status 400", own, StringComparison.Ordinal);
    }

    private static async Task<Outcome> RunAsync(DockerClient client, string directory)
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/docker"), "python3-docker is not installed");
        return await Tool.CaptureAsync(new ProcessStartInfo(Python, ["program.py", client.Address]) { WorkingDirectory = directory });
    }
}
