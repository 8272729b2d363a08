using System.Diagnostics;
using Caisson.Conformance.Catalog;
using Caisson.Conformance.Images;
using Caisson.Conformance.Testing;

namespace Caisson.Conformance.Builders;

/// <summary>The shipped binary behind a socket, asked by buildx.</summary>
internal sealed class ServedCaisson : IBuilder, IAsyncDisposable
{
    // The daemon ends when the standard input of its shell does.
    private const string Keeper = """ "$@" & server=$!; read -r _; kill $server; wait $server """;

    private const string Builder = "served";

    private readonly Process _process;
    private readonly string _address;
    private readonly string _configuration;

    private ServedCaisson(Process process, string address, string configuration)
    {
        _process = process;
        _address = address;
        _configuration = configuration;
    }

    /// <summary>Starts the daemon.</summary>
    /// <param name="caisson">Whose store it has.</param>
    /// <param name="state">A directory for its socket and the client's configuration.</param>
    public static async Task<ServedCaisson> StartAsync(CaissonBuilder caisson, string state, CancellationToken ct)
    {
        string address = $"unix://{Directory.CreateDirectory(state).FullName}/c.sock";
        ProcessStartInfo start = new("sh", ["-c", Keeper, "sh", Repository.Binary, "serve", "--addr", address]) { RedirectStandardInput = true, RedirectStandardError = true };
        caisson.Surround(start);
        Process process = Process.Start(start) ?? throw new InvalidOperationException("sh did not start");
        Assert.Equal($"listening on {address}", await process.StandardError.ReadLineAsync(ct));
        _ = process.StandardError.ReadToEndAsync(CancellationToken.None); // it must not fill up
        ServedCaisson served = new(process, address, Path.Combine(state, "config"));
        await Tool.SucceedAsync(served.Surround(new ProcessStartInfo(BuildKit.Client, ["create", "--name", Builder, "--driver", "remote", address])), ct);
        return served;
    }

    public async Task<BuildOutcome> BuildAsync(CaseFolder folder, string output, CancellationToken ct)
    {
        ProcessStartInfo start = Surround(folder.Start(BuildKit.Client, ["build", "--builder=" + Builder, "--progress=plain", "--no-cache", "--provenance=false", "--network=host", "--output=type=oci,tar=false,dest=" + output]));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        (int exitCode, string log) = await Tool.RunAsync(start, ct, folder.Input);
        return exitCode == 0 ? new BuildOutcome.Built(now, log, ImageLayout.Read(output)) : new BuildOutcome.Refused(now, log);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private ProcessStartInfo Surround(ProcessStartInfo start)
    {
        start.Environment["DOCKER_HOST"] = _address;
        start.Environment["DOCKER_CONFIG"] = _configuration;
        return start;
    }
}
