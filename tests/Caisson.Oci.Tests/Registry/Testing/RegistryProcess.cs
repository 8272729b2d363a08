using System.Diagnostics;
using System.Text.RegularExpressions;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Registry.Testing;

/// <summary>A real registry: Debian's docker-registry on loopback, on a port that the system chooses.</summary>
internal sealed partial class RegistryProcess : IAsyncDisposable
{
    private readonly TempDirectory _directory;
    private readonly Process _process;
    private readonly Task _log;

    private RegistryProcess(TempDirectory directory, Process process, string authority, Task log)
    {
        _directory = directory;
        _process = process;
        _log = log;
        Authority = authority;
    }

    public string Authority { get; }

    /// <summary>Starts a registry.</summary>
    /// <param name="configure">Writes files into a directory and gives what goes into the configuration besides storage and address.</param>
    public static async Task<RegistryProcess> StartAsync(Func<TempDirectory, (string Http, string Auth)>? configure = null)
    {
        TempDirectory directory = new();
        (string http, string auth) = configure?.Invoke(directory) ?? ("", "");
        await File.WriteAllTextAsync(directory["config.yml"], $$"""
            version: 0.1
            log: {level: info, formatter: text}
            storage:
              filesystem: {rootdirectory: "{{directory["data"]}}"}
              delete: {enabled: true}
              maintenance:
                uploadpurging: {enabled: false}
            http:
              addr: 127.0.0.1:0
              secret: for-tests
              {{http}}
            {{auth}}
            """);
        ProcessStartInfo start = new("docker-registry", ["serve", directory["config.yml"]]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["OTEL_TRACES_EXPORTER"] = "none";
        Process process = Process.Start(start) ?? throw new InvalidOperationException("docker-registry did not start");
        List<string> lines = [];
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (Listening().Match(line) is { Success: true } match)
                return new RegistryProcess(directory, process, match.Groups[1].Value, DrainAsync(process));
        }
        throw new InvalidOperationException("docker-registry ended:\n" + string.Join('\n', lines));
    }

    // Not by waiting: the test programs have few threads, and the task needs one of them to go on.
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _log;
        _process.Dispose();
        _directory.Dispose();
    }

    private static async Task DrainAsync(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        while (await process.StandardError.ReadLineAsync() is not null)
        {
        }
        await output;
    }

    [GeneratedRegex(@"listening on (127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
