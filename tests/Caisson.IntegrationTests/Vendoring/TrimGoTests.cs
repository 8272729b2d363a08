using System.Diagnostics;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Vendoring;

/// <summary>A Go server as a lab gets it: packed for the Go of the base image, made smaller, and built with no network.</summary>
public sealed class TrimGoTests(ExampleBases bases) : IDisposable
{
    private const int InputsCode = 4;

    private readonly TempDirectory _directory = new();

    [Theory]
    [InlineData("vendor", "GOFLAGS=-mod=vendor GOPROXY=off")]
    [InlineData("modcache", "GOFLAGS=-mod=mod GOSUMDB=off GOPROXY=file:///src/server/.modcache/cache/download")]
    public async Task What_the_compiler_does_not_open_goes_and_the_image_stays_the_same(string mode, string environment)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to watch files");
        Tool.Require("go");
        string golang = await bases.Golang;
        ModuleProxy proxy = new ModuleProxy(_directory.Make("proxy"))
            .Put("example.com/word", "v1.0.0", ("go.mod", "module example.com/word\n\ngo 1.13\n"), ("LICENSE", "MIT\n"), ("word.go", "package word\n\nconst W = \"hello\"\n"), ("word_test.go", "package word\n"));
        _directory.File("server/go.mod", "module example.com/server\n\ngo 1.14\n\nrequire example.com/word v1.0.0\n")
            .File("server/main.go", "package main\n\nimport \"example.com/word\"\n\nfunc main() { println(word.W) }\n")
            .File("server/docs/manual.txt", string.Concat(Enumerable.Range(0, 5000)))
            .File("server/LICENSE", "MIT\n");
        Assert.Contains("error CSN2135: ", (await RunAsync(proxy, "vendor", "go", _directory["server"])).Failed(InputsCode), StringComparison.Ordinal); // no sums yet
        ProcessStartInfo tidy = new("go", ["mod", "tidy"]) { WorkingDirectory = _directory["server"] };
        foreach ((string name, string value) in new[] { ("GOPROXY", proxy.Address), ("GOSUMDB", "off"), ("GOENV", "off"), ("GOFLAGS", "-modcacherw"), ("GOPATH", _directory.Make("gopath")) })
            tidy.Environment[name] = value;
        (await Tool.CaptureAsync(tidy)).Succeeded();
        Outcome packed = await RunAsync(proxy, "vendor", "go", "--toolchain-from", golang, "--mode", mode, "-o", _directory["context/sources.tar.gz"], _directory["server"]);
        packed.Succeeded();
        Assert.Contains("toolchain: go1.", packed.Error, StringComparison.Ordinal);
        _directory.File(
            "context/Dockerfile",
            $"FROM {golang} AS builder\nADD sources.tar.gz /src\nWORKDIR /src/server\nENV CGO_ENABLED=0 {environment}\nRUN --network=none go build -trimpath -o /server .\nFROM scratch\nCOPY --from=builder /server /server\n");

        Outcome trimmed = await RunAsync(proxy, "trim", "--archive", _directory["context/sources.tar.gz"], "-o", _directory["small.tar.gz"], "--list", _directory["list"], _directory["context"]);
        Assert.Contains("the build comes to the same: sha256:", trimmed.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("server/docs/manual.txt", await File.ReadAllLinesAsync(_directory["list"], TestContext.Current.CancellationToken));
        string left = await Tool.RunAsync("tar", "-tzf", _directory["small.tar.gz"]);
        Assert.DoesNotContain("manual.txt", left, StringComparison.Ordinal);
        Assert.All((string[])["server/main.go", "server/LICENSE", "server/caisson-vendor.json"], file => Assert.Contains(file + "\n", left, StringComparison.Ordinal));
        Assert.True(new FileInfo(_directory["small.tar.gz"]).Length < new FileInfo(_directory["context/sources.tar.gz"]).Length);
    }

    public void Dispose() => _directory.Dispose();

    private Task<Outcome> RunAsync(ModuleProxy proxy, params string[] arguments)
    {
        ProcessStartInfo start = bases.Store.Start(arguments);
        start.Environment["GOPROXY"] = proxy.Address;
        start.Environment["GOSUMDB"] = "off";
        return Tool.CaptureAsync(start);
    }
}
