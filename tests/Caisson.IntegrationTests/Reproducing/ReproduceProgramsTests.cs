using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Network;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Reproducing;

/// <summary>Real programs in builds that are done twice: what they let into their files, and what they do not.</summary>
public sealed class ReproduceProgramsTests(ExampleBases bases)
{
    [Theory]
    [InlineData("rm -f /var/cache/ldconfig/aux-cache; ldconfig", "/var/cache/ldconfig/aux-cache: time stamp: the cache of ldconfig", "only ldconfig reads it")]
    [InlineData("mkdir /d; cd /d; for i in $(seq 40); do touch $i; done; ls -U > /x", "/x: order: the same lines in another order", "LC_ALL=C sort")]
    [InlineData("date > /t; gzip /t", "/t.gz: time stamp: a gzip file", "gzip -n")]
    public async Task What_a_program_of_Debian_lets_in_is_told(string command, string seen, string cure)
    {
        using Project project = new(bases.Store, $"FROM {await bases.Debian}\nRUN --network=none {command}\n");
        string told = (await project.TryBuildAsync("--reproduce=2", "--no-cache")).Failed(10);
        Assert.Contains("Dockerfile:2:1: error CSN2160", told, StringComparison.Ordinal);
        Assert.Contains("error CSN2161: " + seen, told, StringComparison.Ordinal);
        Assert.Contains(cure, told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_of_Go_comes_to_the_same_whatever_the_cache_of_its_stage_holds()
    {
        using Project project = new Project(bases.Store, $"""
            FROM {await bases.Golang} AS build
            WORKDIR /src
            COPY . .
            RUN CGO_ENABLED=0 go build -trimpath -o /app .
            FROM scratch
            COPY --from=build /app /app
            """).File("go.mod", "module example.com/app\n\ngo 1.19\n").File("main.go", "package main\n\nfunc main() { println(\"hello\") }\n");
        Outcome built = await project.TryBuildAsync("--reproduce=2", "--no-cache", "--network=none", "--provenance", "-o", "type=tar,dest=app.tar");
        built.Succeeded();
        Assert.Contains("reproduced: 2 builds, the same sha256:", built.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(project.Path, "app.tar")));
    }

    [Fact]
    public async Task A_time_in_a_program_of_Go_is_told_of_the_step_that_built_it()
    {
        using Project project = new Project(bases.Store, $"""
            FROM {await bases.Golang} AS build
            WORKDIR /src
            COPY . .
            RUN CGO_ENABLED=0 go build -trimpath -ldflags="-X main.built=$(date +%s)" -o /app .
            FROM scratch
            COPY --from=build /app /app
            """).File("go.mod", "module example.com/app\n\ngo 1.19\n").File("main.go", "package main\n\nvar built string\n\nfunc main() { println(built) }\n");
        string told = (await project.TryBuildAsync("--reproduce=2", "--no-cache", "--network=none")).Failed(10);
        Assert.Contains("Dockerfile:4:1: error CSN2160", told, StringComparison.Ordinal);
        Assert.Matches(new Regex("^error CSN2161: /app: time stamp: a program or library", RegexOptions.Multiline), told);
        // Of the cache of the compiler nothing was copied.
        Assert.Contains(": 1 file differs", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--timestamps=clamp")]
    [InlineData("--timestamps=keep")]
    public async Task What_comes_from_elsewhere_is_the_same_and_fetched_once(string times)
    {
        await using WebServer server = new();
        server.File("file", "what the server has");
        using TempDirectory directory = new();
        using Project project = new(new Store(directory["store"]), $"FROM scratch\nADD {server.Address}/file /d/\nADD --chmod=600 {server.Address}/file /e\n");
        Outcome built = await project.TryBuildAsync("--reproduce=2", times, "--ca", server.CertificatePath);
        Assert.Contains("reproduced: 2 builds, the same sha256:", built.Error, StringComparison.Ordinal);
        Assert.Single(server.Asked, "/file");
    }

    [Fact]
    public async Task Steps_on_the_gateway_get_the_answers_of_the_first_build()
    {
        await using WebServer server = new();
        server.File("file", "what the server had");
        using Project project = new Project(bases.Store, $"FROM {await bases.Debian}\nRUN /usr/lib/apt/apt-helper download-file https://files.example/file /got\n").File("policy.json", $$"""{"rules":[{{server.Rule}}] }""");
        string[] options = ["--network=gateway", "--policy=policy.json", "--ca", server.CertificatePath];
        (await project.TryBuildAsync([.. options, "--no-cache"])).Succeeded();
        server.File("file", "what the server has now");
        Outcome built = await project.TryBuildAsync([.. options, "--reproduce=2"]);
        Assert.Contains("reproduced: 2 builds, the same sha256:", built.Error, StringComparison.Ordinal);
    }
}
