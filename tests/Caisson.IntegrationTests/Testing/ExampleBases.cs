using System.Diagnostics;
using Caisson.IntegrationTests.Testing;
using Caisson.Linux.Files;

[assembly: AssemblyFixture(typeof(ExampleBases))]

namespace Caisson.IntegrationTests.Testing;

/// <summary>
/// One store for the whole run, with the bases of the examples, each made when the first test asks for it. The environment variable
/// CAISSON_TEST_STORE names a directory to keep it in from one run to the next.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class ExampleBases : IDisposable
{
    private readonly string? _temporary;
    private readonly Lazy<Task<string>> _golang;
    private readonly Lazy<Task<string>> _debian;
    private readonly Lazy<Task<string>> _distroless;
    private readonly Lazy<Task<string>> _tools;

    public ExampleBases()
    {
        string? kept = Environment.GetEnvironmentVariable("CAISSON_TEST_STORE");
        _temporary = string.IsNullOrEmpty(kept) ? Directory.CreateTempSubdirectory("caisson-bases-").FullName : null;
        Store = new Store(Path.GetFullPath(_temporary ?? kept!)); // one of the two is there
        _golang = new(() => MakeUnpackedAsync("golang"));
        _debian = new(() => MakeUnpackedAsync("debian"));
        _distroless = new(() => MakeAsync("distroless"));
        _tools = new(MakeToolsAsync);
    }

    /// <summary>The store that they are in. Tests may build in it, under names of their own.</summary>
    public Store Store { get; }

    /// <summary>The base with the Go compiler, by digest.</summary>
    public Task<string> Golang => _golang.Value;

    /// <summary>The small Debian, by digest.</summary>
    public Task<string> Debian => _debian.Value;

    /// <summary>The base without a shell, by digest.</summary>
    public Task<string> Distroless => _distroless.Value;

    /// <summary>An image with the programs that fetch things, by name, made through the gateway: apt is the first of them.</summary>
    public Task<string> Tools => _tools.Value;

    public void Dispose()
    {
        if (_temporary is not null)
            DirectoryRemoval.Remove(_temporary);
    }

    // Neither what nobody reads is installed, nor is each file flushed: that is half of the time.
    private async Task<string> MakeToolsAsync()
    {
        const string name = "gateway-tools:test";
        using Project project = new(Store, $"""
            FROM {await Debian}
            COPY <<EOF /etc/dpkg/dpkg.cfg.d/tests
            force-unsafe-io
            path-exclude=/usr/share/doc/*
            path-exclude=/usr/share/man/*
            path-exclude=/usr/share/locale/*
            EOF
            RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl git golang-go nodejs npm openssl python3-minimal python3-pip wget
            """);
        (await project.TryBuildAsync("--network=gateway", "-t", name)).Succeeded();
        return await UnpackAsync(name);
    }

    private async Task<string> MakeUnpackedAsync(string name) => await UnpackAsync(await MakeAsync(name));

    // A first step has its layers unpacked: processes that ask for that at the same time would each do it.
    private async Task<string> UnpackAsync(string image)
    {
        using Project project = new(Store, $"FROM {image}\nRUN true\n");
        (await project.TryBuildAsync()).Succeeded();
        return image;
    }

    // The test that asks first may be cancelled: the others still wait for the base. So it is not made with that test's token.
    private async Task<string> MakeAsync(string name)
    {
        Tool.Require("mmdebstrap");
        ProcessStartInfo start = Store.Start();
        start.FileName = Path.Combine(Repository.Examples, "bases.sh");
        start.ArgumentList.Add(name);
        start.Environment["CAISSON"] = Repository.Binary;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new Outcome($"bases.sh {name}", process.ExitCode, await output, error).Succeeded().TrimEnd('\n');
    }
}
