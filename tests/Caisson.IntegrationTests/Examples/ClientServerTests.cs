using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Examples;

/// <summary>The example <c>client-server</c>: one Dockerfile, many results.</summary>
public sealed partial class ClientServerTests(ExampleBases bases)
{
    private const string Version = "--build-arg=APP_VERSION=1.2.3";

    private readonly Store _store = bases.Store;

    private static string Context => Path.Combine(Repository.Examples, "client-server");

    [Fact]
    public async Task Client_and_server_of_one_file_talk_to_one_another()
    {
        await BuildAsync("-t", "greet/server", Version);
        await BuildAsync("-t", "greet/client", Version, "--target=client");
        await using Server server = Server.Start(_store.Start("run", "-e", "ADDR=127.0.0.1:0", "greet/server"));
        Match says = await server.SaysAsync(Listening());
        Assert.Equal("1.2.3", says.Groups[1].Value);
        Assert.Equal("Bonjour, Eva !", await _store.RunAsync("run", "greet/client", "-server", $"http://{says.Groups[2].Value}", "-language", "fr", "Eva"));
        Assert.Equal("1.2.3", await _store.RunAsync("run", "greet/client", "-version"));
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact]
    public async Task What_the_target_does_not_need_is_not_built()
    {
        BuildLog server = await BuildAsync("-t", "greet/pruned");
        Assert.True(server.HasStep("./cmd/server"), server.Text);
        foreach (string other in (string[])["./cmd/client", "go vet", "go test"])
            Assert.False(server.HasStep(other), server.Text);
        BuildLog client = await BuildAsync("-t", "greet/pruned", "--target=client");
        Assert.True(client.HasStep("./cmd/client"), client.Text);
        Assert.False(client.HasStep("./cmd/server"), client.Text);
    }

    [Fact]
    public async Task A_second_build_runs_nothing()
    {
        await BuildAsync("-t", "greet/again", "--target=binaries");
        string first = await _store.RunAsync("inspect", "--show=digest", "greet/again");
        BuildLog second = await BuildAsync("-t", "greet/again", "--target=binaries");
        Assert.DoesNotContain(second.Ran, step => second.Steps[step].StartsWith('['));
        Assert.True(second.Cached.Count(step => second.Steps[step].Contains("RUN ", StringComparison.Ordinal)) >= 3, second.Text);
        Assert.Equal(first, await _store.RunAsync("inspect", "--show=digest", "greet/again"));
    }

    [Fact]
    public async Task Binaries_are_exported_with_their_version()
    {
        using TempDirectory directory = new();
        await BuildAsync("--target=binaries", Version, "-o", "type=local,dest=" + directory["bin"]);
        Assert.Equal(["client", "server"], Directory.GetFileSystemEntries(directory["bin"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("1.2.3\n", await Tool.RunAsync(Path.Combine(directory["bin"], "client"), "-version"));
    }

    [Fact]
    public async Task Programs_for_three_platforms_are_cross_compiled_in_one_build()
    {
        using TempDirectory directory = new();
        BuildLog log = await BuildAsync("--platform=linux/amd64,linux/arm64,linux/arm/v7", "--target=binaries", Version, "-o", directory["bin"]);
        (string Platform, int Machine)[] expected = [("linux_amd64", 62), ("linux_arm64", 183), ("linux_arm_v7", 40)];
        Assert.Equal(expected.Select(static e => e.Platform), Directory.GetDirectories(directory["bin"]).Select(static d => Path.GetFileName(d)).Order(StringComparer.Ordinal));
        foreach ((string platform, int machine) in expected)
        {
            foreach (string program in (string[])["client", "server"])
            {
                byte[] start = (await File.ReadAllBytesAsync(directory[$"bin/{platform}/{program}"], TestContext.Current.CancellationToken))[..20];
                Assert.Equal(machine, BitConverter.ToUInt16(start, 18)); // e_machine of elf(5)
            }
        }
        Assert.Single(log.Steps.Values, static step => step.Contains("go work init", StringComparison.Ordinal));
        foreach (string cross in (string[])["[linux/amd64 build-client 1/1]", "[linux/amd64->arm64 build-client 1/1]", "[linux/amd64->arm/v7 build-client 1/1]"])
            Assert.Contains(log.Steps.Values, step => step.StartsWith(cross, StringComparison.Ordinal));
        Assert.DoesNotContain("CSN2053", log.Text, StringComparison.Ordinal);
        Assert.Equal("1.2.3\n", await Tool.RunAsync("qemu-aarch64-static", directory["bin/linux_arm64/client"], "-version"));
        Assert.Equal("1.2.3\n", await Tool.RunAsync("qemu-arm-static", directory["bin/linux_arm_v7/client"], "-version"));
    }

    [Fact]
    public async Task Lint_and_tests_run_when_they_are_asked_for()
    {
        using TempDirectory directory = new();
        BuildLog lint = await BuildAsync("--target=lint");
        Assert.True(lint.HasStep("go-staticcheck"), lint.Text);
        Assert.False(lint.HasStep("go test"), lint.Text);
        BuildLog test = await BuildAsync("--target=test", "-o", "type=local,dest=" + directory["report"]);
        Assert.True(test.HasStep("go test"), test.Text);
        string[] report = [.. Directory.GetFileSystemEntries(directory["report"]).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        Assert.Equal(["coverage.out", "coverage.txt", "tests.txt"], report);
        Assert.Contains("--- PASS:", await File.ReadAllTextAsync(directory["report/tests.txt"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private Task<BuildLog> BuildAsync(params IEnumerable<string> arguments) => BuildAsync(bases.Golang, arguments);

    private async Task<BuildLog> BuildAsync(Task<string> golang, IEnumerable<string> arguments)
    {
        await golang;
        return await _store.BuildAsync([.. arguments, Context]);
    }

    [GeneratedRegex("^server (.*) listens on (.*)$")]
    private static partial Regex Listening();
}
