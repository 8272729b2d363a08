using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Caisson.Cli.Calls;
using Caisson.Cli.History;
using Caisson.Cli.Hosting;
using Caisson.Cli.Progress;
using Caisson.Engine;
using Caisson.Evidence.Provenance;
using Caisson.Evidence.Signing;
using Caisson.Oci.Model;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson build</c>: an image from a Dockerfile. The options are those of <c>docker buildx build</c>.</summary>
internal sealed class BuildCommand : Command
{
    private readonly EngineHost _host;
    private readonly BuildInputOptions _input = new();
    private readonly HermeticOptions _hermetic = new();
    private readonly ProgressOptions _progress = new();
    private readonly Option<string[]> _tags = new("--tag", "-t") { Description = "Name for the image, name[:tag]; may be repeated", HelpName = "REF", DefaultValueFactory = static _ => [] };
    private readonly CacheOptions _caches = new();
    private readonly Option<bool> _explain = new("--explain") { Description = "Say at the end why each step ran, or did not have to" };
    private readonly Option<string[]> _expected = new("--expect-cached") { Description = "Fail before a step runs that is not in the cache: all steps, those of a stage, or one of them as STAGE:NUMBER; write the value behind =, or none for all; may be repeated. Exit code 9", HelpName = "[=all|STAGE[:NUMBER]]", DefaultValueFactory = static _ => [] };
    private readonly ReproduceOption _reproduce = new();
    private readonly OnFailOption _onFail = new();
    private readonly Option<string[]> _outputs = new("--output", "-o") { Description = "Where the result goes: type=image|oci|docker|containers-storage|local|tar|registry[,dest=PATH][,…], or a directory; may be repeated", HelpName = "OUTPUT", DefaultValueFactory = static _ => [] };
    private readonly Option<string[]> _annotations = new("--annotation") { Description = "Annotation of the image; where it stands is manifest (also manifest[PLATFORM]), index, manifest-descriptor or index-descriptor; may be repeated. Default: manifest", HelpName = "[WHERE:]KEY=VALUE", DefaultValueFactory = static _ => [] };
    private readonly Option<bool> _push = new("--push") { Description = "Push the image to the registries of its names" };
    private readonly Option<bool> _load = new("--load") { Description = "Load the image into the Docker engine of this machine, without the layers that it has" };
    private readonly Option<string?> _imageIdFile = new("--iidfile") { Description = "Write the image's id to a file", HelpName = "FILE" };
    private readonly Option<string?> _metadataFile = new("--metadata-file") { Description = "Write what is known of the image to a file, as JSON", HelpName = "FILE" };
    private readonly Option<string?> _report = new("--report") { Description = "Write a report of the build to a file: one page of HTML with its steps, inputs, requests, packages, layers and findings", HelpName = "FILE" };
    private readonly EvidenceOptions _evidence = new();
    private readonly CallOptions _call = new();

    public BuildCommand(EngineHost host)
        : base("build", "Build an image from a Dockerfile")
    {
        _host = host;
        foreach (Option option in (Option[])
        [
            .. _input.All, _tags, .. _hermetic.All, .. _caches.All, _explain, _expected, _reproduce.Option, _onFail, _outputs, _annotations, _push, _load, .. _progress.All, _imageIdFile, _metadataFile, _report, .. _evidence.All, host.MaxSize, .. _call.All,
        ])
        {
            Options.Add(option);
        }
        Arguments.Add(_input.Context);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        ImmutableArray<Reference> names = [.. Values(parsed, _tags).Select(References.Parse)];
        BuildRequest request = RequestOf(parsed, names);
        OutputOptions.RefuseToRemove(request, _host.StatePathOf(parsed));
        CallRequest? called = _call.Read(parsed);
        request = request with { Builds = _reproduce.Read(parsed, builds: called is null) };
        if (called is { } call)
            return await new DockerfileCall(call, _host.OptionsOf(parsed), _host.Environment.HasColors && !Console.IsOutputRedirected).RunAsync(request, ct);
        EvidenceRequest evidence = _evidence.Read(parsed, _host.Environment);
        _host.Enter(ownMounts: request.Builds > 1);
        using SigningKey? key = evidence.OpenKey();
        ProvenanceAttester? attester = evidence.AttesterOf(request, key);
        request = request with { Attester = attester };
        BuildEngine engine = await _host.OpenAsync(parsed, ct);
        await using (engine)
        {
            Build build = engine.Start(request, ct);
            await using (build)
            {
                try
                {
                    BuildResult result = await BuildWatcher.WatchAsync(build, ViewOf(parsed));
                    if (result.Reproduction is { } reproduction && !_progress.IsQuiet(parsed))
                        await Console.Error.WriteLineAsync(reproduction.ToString());
                    if (parsed.GetValue(_report) is { } report)
                        await WriteAsync("--report", report, await new ReportMaking(_host.StatePathOf(parsed)).MakeAsync(result, request.Arguments, ct), ct);
                    if (result.Image is not null)
                        await ReportAsync(parsed, result, names, attester?.First, ct);
                }
                catch (BuildException e) when (parsed.GetValue(_report) is { } report && e.FailedStep is { BuildId: { } id } && build.Held is null)
                {
                    await WriteAsync("--report", report, await new ReportMaking(_host.StatePathOf(parsed)).MakeAsync(id, ct), ct);
                    throw;
                }
                catch (BuildException e) when (build.Held is { } held)
                {
                    DiagnosticPrinter printer = _host.PrinterOn(parsed);
                    printer.Print(e);
                    await new FailureShell(_host.Environment, printer).EnterAsync(held, ct);
                    return ExitCodes.Of(e.Code);
                }
            }
        }
        return ExitCodes.Success;
    }

    private BuildRequest RequestOf(ParseResult parsed, ImmutableArray<Reference> names) => _caches.Apply(parsed, _host.Environment, _hermetic.Apply(parsed, _input.Read(parsed, _host.Environment)) with
    {
        ExpectedCached = [.. Values(parsed, _expected).SelectMany(static v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
        OnFailure = _onFail.Read(parsed),
        Exports = OutputAnnotations.AddTo(
            OutputOptions.Read(Values(parsed, _outputs), names, parsed.GetValue(_push), parsed.GetValue(_load), new DockerSocket(_host.Environment).Find), Values(parsed, _annotations)),
    });

    private IProgressView ViewOf(ParseResult parsed) => parsed.GetValue(_explain) ? new ExplainingView(_progress.ViewOf(parsed, _host.Environment), Console.Error) : _progress.ViewOf(parsed, _host.Environment);

    private async Task ReportAsync(ParseResult parsed, BuildResult result, ImmutableArray<Reference> names, ReadOnlyMemory<byte>? statement, CancellationToken ct)
    {
        string id = result.ImageId!.Value; // there is an image
        if (parsed.GetValue(_imageIdFile) is { } idFile)
            await WriteAsync("--iidfile", idFile, Encoding.UTF8.GetBytes(id), ct);
        if (parsed.GetValue(_metadataFile) is { } metadataFile)
            await WriteAsync("--metadata-file", metadataFile, BuildMetadata.Write(result, names, statement), ct);
        if (_progress.IsQuiet(parsed))
            await Console.Out.WriteLineAsync(id);
    }

    private static async Task WriteAsync(string option, string path, byte[] content, CancellationToken ct)
    {
        try
        {
            await File.WriteAllBytesAsync(path, content, ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(EngineCodes.ExportFailed, $"cannot write {option} {path}: {e.Message}", "the image was built; name a file in a directory that is there", e);
        }
    }

    private static string[] Values(ParseResult parsed, Option<string[]> option) => parsed.GetValue(option) ?? [];
}
