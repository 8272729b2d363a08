using System.CommandLine;
using System.Globalization;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Cli.Progress;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson trim</c>: an archive of sources without what a build never opens.</summary>
internal sealed class TrimCommand : Command
{
    private const int ShownFiles = 10;

    private readonly EngineHost _host;
    private readonly Option<string?> _archive = new("--archive") { Description = "Archive in the context: a tar, plain or with gzip. Default: the context itself, of which a smaller archive is made", HelpName = "FILE" };
    private readonly Option<string> _output = new("--output", "-o") { Description = "Smaller archive to write", HelpName = "FILE", Required = true };
    private readonly Option<string[]> _keep = new("--keep") { Description = "Keep what has such a path in the archive, with all below it; * stands for any text; may be repeated", HelpName = "PATTERN", DefaultValueFactory = static _ => [] };
    private readonly Option<string?> _list = new("--list") { Description = "Write the paths of what was left out to this file", HelpName = "FILE" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show nothing but the sizes" };
    private readonly BuildInputOptions _input = new();

    public TrimCommand(EngineHost host)
        : base("trim", "Leave out of an archive of sources, or of a build context, what no step of a build opens; the result of the build stays the same")
    {
        _host = host;
        foreach (Option option in (Option[])[_archive, _output, _keep, _list, .. _input.All, _quiet])
            Options.Add(option);
        Arguments.Add(_input.Context);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        _host.Enter();
        TrimRequest request = new()
        {
            ArchivePath = parsed.GetValue(_archive),
            OutputPath = parsed.GetRequiredValue(_output),
            Keep = [.. parsed.GetValue(_keep) ?? []],
            Build = _input.Read(parsed, _host.Environment) with { Context = BuildContext.FromDirectory(parsed.GetRequiredValue(_input.Context)) },
        };
        BuildEngine engine = await _host.OpenAsync(parsed, ct);
        await using (engine)
        {
            using Trim trim = await engine.OpenTrimAsync(request, ct);
            BuildResult recorded;
            await using (Build build = trim.Record(ct))
                recorded = await BuildWatcher.WatchAsync(build, ViewOf(parsed));
            TrimResult written = await trim.WriteAsync(recorded, ct);
            await using (Build build = trim.Rebuild(ct))
                await trim.CompleteAsync(recorded, await RebuildAsync(trim, build, ViewOf(parsed)), ct);
            await ReportAsync(parsed, request, written, recorded, ct);
        }
        return ExitCodes.Success;
    }

    private static async Task<BuildResult> RebuildAsync(Trim trim, Build build, IProgressView view)
    {
        try
        {
            return await BuildWatcher.WatchAsync(build, view);
        }
        catch (BuildException e)
        {
            throw trim.Explain(e);
        }
    }

    private IProgressView ViewOf(ParseResult parsed) => parsed.GetValue(_quiet) ? new QuietView() : new PlainView(Console.Error, new DiagnosticPrinter(Console.Error, _host.Environment.HasColors));

    private async Task ReportAsync(ParseResult parsed, TrimRequest request, TrimResult result, BuildResult recorded, CancellationToken ct)
    {
        if (parsed.GetValue(_list) is { } list)
            await File.WriteAllLinesAsync(list, result.Unused, ct);
        if (!parsed.GetValue(_quiet))
        {
            foreach (string file in result.Unused.Take(ShownFiles))
                await Console.Out.WriteLineAsync($"not opened: {Shown.Line(file)}");
            if (result.Unused.Length > ShownFiles)
                await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"not opened: {result.Unused.Length - ShownFiles} more"));
        }
        double percent = result.SizeBytes == 0 ? 0 : 100.0 * (result.SizeBytes - result.TrimmedBytes) / result.SizeBytes;
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{request.OutputPath}: {Bytes.Show(result.TrimmedBytes)} instead of {Bytes.Show(result.SizeBytes)} ({percent:0.0}% less), {result.Unused.Length} files left out, {result.Digest}"));
        await Console.Out.WriteLineAsync($"the build comes to the same: {recorded.Descriptor?.Digest}");
    }
}
