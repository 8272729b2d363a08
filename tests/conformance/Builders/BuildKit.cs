using System.Diagnostics;
using Caisson.Conformance.Catalog;
using Caisson.Conformance.Images;
using Caisson.Conformance.Testing;

namespace Caisson.Conformance.Builders;

/// <summary>BuildKit in a Docker engine of our own, started for this and ended with it.</summary>
internal sealed class BuildKit : IBuilder, IAsyncDisposable
{
    private const string Configuration = """{"features": {"containerd-snapshotter": true}}""";

    // Files of base images are older than every build.
    private const string BaseTime = "1640995200";

    private static readonly string Script = Path.Combine(Repository.Root, "scripts", "docker-engine.sh");
    private static readonly string Engine = Path.Combine(Repository.Artifacts, "docker-engine");

    private readonly Process _process;
    private readonly string _state;

    // Builds that run at the same time share equal steps: what one of them takes over is as young as the engine.
    private readonly DateTimeOffset _started = TimeProvider.System.GetUtcNow();

    private BuildKit(Process process, string state)
    {
        _process = process;
        _state = state;
    }

    /// <summary>Fetches the engine unless an earlier run has, and starts it.</summary>
    /// <param name="state">A directory for all that it writes.</param>
    /// <param name="certificates">A file with the certificates that it trusts.</param>
    public static async Task<BuildKit> StartAsync(string state, string certificates, CancellationToken ct)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a Docker engine needs root");
        (int exitCode, string text) = await Tool.RunAsync(new ProcessStartInfo(Script, ["unpack", Engine]), ct);
        Assert.SkipUnless(exitCode == 0, $"needs a Docker engine, which could not be fetched: {text}");
        ProcessStartInfo start = new(Script, ["run", Engine, state, Configuration]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["SSL_CERT_FILE"] = certificates;
        Process process = Process.Start(start)
            ?? throw new InvalidOperationException($"{Script} did not start");
        BuildKit builder = new(process, state);
        try
        {
            Assert.Equal("ready", await process.StandardOutput.ReadLineAsync(ct));
            return builder;
        }
        catch
        {
            await builder.DisposeAsync();
            throw;
        }
    }

    public async Task<BuildOutcome> BuildAsync(CaseFolder folder, string output, CancellationToken ct)
    {
        ProcessStartInfo start = folder.Start(Client, ["build", "--progress=plain", "--no-cache", "--provenance=false", "--network=host", "--output=type=oci,tar=false,dest=" + output]);
        Surround(start);
        (int exitCode, string log) = await Tool.RunAsync(start, ct, folder.Input);
        return exitCode == 0 ? new BuildOutcome.Built(_started, log, ImageLayout.Read(output)) : new BuildOutcome.Refused(_started, log);
    }

    /// <summary>Builds a base image, keeps it under a name, and writes it as a Docker archive.</summary>
    public async Task MakeBaseAsync(CaseFolder folder, string name, string archive, CancellationToken ct)
    {
        ProcessStartInfo build = folder.Start(Client, ["build", "--provenance=false", "--network=host", "--tag=" + name, "--output=type=docker,rewrite-timestamp=true,dest=" + archive]);
        build.Environment["SOURCE_DATE_EPOCH"] = BaseTime;
        ProcessStartInfo load = new(Path.Combine(Engine, "root/usr/bin/docker"), ["load", "--input", archive]);
        Surround(build);
        Surround(load);
        await Tool.SucceedAsync(build, ct);
        await Tool.SucceedAsync(load, ct);
    }

    public async ValueTask DisposeAsync()
    {
        // The engine ends when its standard input does.
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    /// <summary>The client that comes with it, buildx.</summary>
    public static string Client => Path.Combine(Engine, "root/usr/libexec/docker/cli-plugins/docker-buildx");

    private void Surround(ProcessStartInfo start)
    {
        start.Environment["DOCKER_HOST"] = $"unix://{_state}/docker.sock";
        start.Environment["DOCKER_CONFIG"] = Path.Combine(_state, "config");
    }
}
