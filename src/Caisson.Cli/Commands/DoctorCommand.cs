using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Progress;
using Caisson.Engine;
using Caisson.Linux.Files;
using Caisson.Linux.Machine;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson doctor</c>: what this machine can do for builds, and what to install for the rest.</summary>
internal sealed class DoctorCommand : Command
{
    private readonly EngineHost _host;
    private readonly GlobalOptions _options;

    public DoctorCommand(EngineHost host, GlobalOptions options)
        : base("doctor", "Say what this machine can do for builds, and what to install for the rest")
    {
        _host = host;
        _options = options;
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        try
        {
            _host.Enter();
        }
        catch (BuildException e)
        {
            new DiagnosticPrinter(Console.Error, _host.Environment.HasColors).Print(e);
        }
        string store = _host.StatePathOf(parsed);
        using Place place = await OpenAsync(store, ct);
        string? runtime = parsed.GetValue(_options.Runtime) ?? _host.Environment.Variables.GetValueOrDefault("CAISSON_RUNTIME");
        Finding[] findings = [.. await new MachineCheck(_host.Environment.SearchPath, runtime, place.Work) { Ladder = _host.Ladder }.RunAsync(ct), place.Store];
        int width = findings.Max(static f => f.Name.Length);
        foreach (Finding finding in findings)
        {
            await Console.Out.WriteLineAsync($"{Mark(finding.State)} {finding.Name.PadRight(width)}  {finding.Detail}");
            if (finding.State != FindingState.Works && finding.Cure is { } cure)
                await Console.Out.WriteLineAsync($"  {new string(' ', width)}  → {cure}");
        }
        return findings.Any(static f => f.State == FindingState.Missing) ? ExitCodes.Sandbox : ExitCodes.Success;
    }

    private string Mark(FindingState state)
    {
        (string mark, string color) = state switch
        {
            FindingState.Works => ("ok  ", Ansi.Green),
            FindingState.Limited => ("note", Ansi.Yellow),
            _ => ("FAIL", Ansi.Red),
        };
        return _host.Environment.HasColors && !Console.IsOutputRedirected ? color + mark + Ansi.Reset : mark;
    }

    // What can be said of the machine is said even where the store cannot be used; then elsewhere.
    private static async Task<Place> OpenAsync(string path, CancellationToken ct)
    {
        try
        {
            WorkArea work = await WorkArea.CreateAsync(Path.Combine(path, "tmp"), TimeProvider.System, ct);
            DriveInfo drive = new(path);
            return new Place(work, new Finding("store", FindingState.Works, $"{path} on {drive.DriveFormat}, {Bytes.Show(drive.AvailableFreeSpace)} free"), Temporary: null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Finding unusable = new("store", FindingState.Missing, $"{path} cannot be used: {e.Message}", "choose another place with --root or CAISSON_ROOT, or see who owns this one");
            string temporary = Directory.CreateTempSubdirectory("caisson-doctor-").FullName;
            return new Place(await WorkArea.CreateAsync(temporary, TimeProvider.System, ct), unusable, temporary);
        }
    }

    // Where things are tried out, and what there is to say of the store.
    private sealed record Place(WorkArea Work, Finding Store, string? Temporary) : IDisposable
    {
        public void Dispose()
        {
            Work.Dispose();
            if (Temporary is not null)
                Directory.Delete(Temporary, recursive: true);
        }
    }
}
