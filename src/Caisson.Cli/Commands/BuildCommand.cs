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
    private readonly Option<string?> _file = new("--file", "-f") { Description = "Dockerfile: a file, an address of the web, or - for standard input. Default: Dockerfile of the context", HelpName = "FILE" };
    private readonly Option<string[]> _tags = new("--tag", "-t") { Description = "Name for the image, name[:tag]; may be repeated", HelpName = "REF", DefaultValueFactory = static _ => [] };
    private readonly Option<string?> _target = new("--target") { Description = "Stage to build. Default: the last", HelpName = "STAGE" };
    private readonly Option<string[]> _arguments = new("--build-arg") { Description = "Build argument; without a value it is that of the environment", HelpName = "NAME[=VALUE]", DefaultValueFactory = static _ => [] };
    private readonly SecretOptions _secrets = new();
    private readonly SshOptions _agents = new();
    private readonly GitSignersOption _signers = new();
    private readonly StepOptions _steps = new();
    private readonly CacheOptions _caches = new();
    private readonly Option<string[]> _platforms = new("--platform") { Description = "Platforms to build for, all at once, such as linux/amd64,linux/arm64; local is that of this machine. Default: local", HelpName = "PLATFORM[,PLATFORM]…", DefaultValueFactory = static _ => [] };
    private readonly Option<string[]> _contexts = new("--build-context") { Description = "Named context: a directory, docker-image://REF, oci-layout://PATH[:TAG], a git repository or a file of the web", HelpName = "NAME=VALUE", DefaultValueFactory = static _ => [] };
    private readonly Option<bool> _noCache = new("--no-cache") { Description = "Take no result of an earlier build" };
    private readonly Option<bool> _explain = new("--explain") { Description = "Say at the end why each step ran, or did not have to" };
    private readonly Option<string[]> _expected = new("--expect-cached") { Description = "Fail before a step runs that is not in the cache: all steps, those of a stage, or one of them as STAGE:NUMBER; write the value behind =, or none for all; may be repeated. Exit code 9", HelpName = "[=all|STAGE[:NUMBER]]", DefaultValueFactory = static _ => [] };
    private readonly OnFailOption _onFail = new();
    private readonly Option<string?> _pull = PullOption.Make("When registries are asked for base images: always, even for what is on this machine (what --pull alone means), for what is missing, or never; write the value behind =. Default: missing");
    private readonly Option<string[]> _outputs = new("--output", "-o") { Description = "Where the result goes: type=image|oci|docker|containers-storage|local|tar|registry[,dest=PATH][,…], or a directory; may be repeated", HelpName = "OUTPUT", DefaultValueFactory = static _ => [] };
    private readonly Option<string[]> _annotations = new("--annotation") { Description = "Annotation of the image; where it stands is manifest (also manifest[PLATFORM]), index, manifest-descriptor or index-descriptor; may be repeated. Default: manifest", HelpName = "[WHERE:]KEY=VALUE", DefaultValueFactory = static _ => [] };
    private readonly Option<bool> _push = new("--push") { Description = "Push the image to the registries of its names" };
    private readonly Option<bool> _load = new("--load") { Description = "Load the image into the Docker engine of this machine, without the layers that it has" };
    private readonly Option<string?> _progress = new("--progress") { Description = "How the build is shown: auto, tty, plain or quiet. Default: $BUILDKIT_PROGRESS, else auto", HelpName = "auto|tty|plain|quiet" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show nothing but the image's id" };
    private readonly Option<string?> _imageIdFile = new("--iidfile") { Description = "Write the image's id to a file", HelpName = "FILE" };
    private readonly Option<string?> _metadataFile = new("--metadata-file") { Description = "Write what is known of the image to a file, as JSON", HelpName = "FILE" };
    private readonly Option<string?> _report = new("--report") { Description = "Write a report of the build to a file: one page of HTML with its steps, inputs, requests, packages, layers and findings", HelpName = "FILE" };
    private readonly Option<string?> _timestamps = new("--timestamps") { Description = "What times files carry: clamp gives files of contexts, files that steps made, and those younger than the image its time; keep leaves all of them theirs. Default: clamp", HelpName = "clamp|keep" };
    private readonly EvidenceOptions _evidence = new();
    private readonly CallOptions _call = new();
    private readonly Argument<string> _context = new("CONTEXT") { Description = "What may be copied: a directory, a git repository, an archive (a file, or one of the web), or - for an archive or a Dockerfile on standard input" };

    public BuildCommand(EngineHost host)
        : base("build", "Build an image from a Dockerfile")
    {
        _host = host;
        foreach (Option option in (Option[])
        [
            _file, _tags, _target, _arguments, .. _secrets.All, .. _agents.All, _signers, .. _steps.All, _platforms, _contexts, _noCache, .. _caches.All, _explain, _expected, _onFail, _pull, _outputs, _annotations, _push, _load, _progress, _quiet, _imageIdFile, _metadataFile, _report, _timestamps,
            .. _evidence.All, host.MaxSize, .. _call.All,
        ])
        {
            Options.Add(option);
        }
        Arguments.Add(_context);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        ImmutableArray<Reference> names = [.. Values(parsed, _tags).Select(References.Parse)];
        BuildRequest request = RequestOf(parsed, names);
        OutputOptions.RefuseToRemove(request, _host.StatePathOf(parsed));
        if (_call.Read(parsed) is { } call)
            return await new DockerfileCall(call, _host.OptionsOf(parsed), _host.Environment.HasColors && !Console.IsOutputRedirected).RunAsync(request, ct);
        EvidenceRequest evidence = _evidence.Read(parsed, _host.Environment);
        _host.Enter();
        using SigningKey? key = evidence.OpenKey();
        ProvenanceAttester? attester = evidence.AttesterOf(request, key);
        request = request with { Attester = attester };
        BuildEngine engine = await _host.OpenAsync(parsed, OutputOptions.Insecure(request.Exports), ct);
        await using (engine)
        {
            Build build = engine.Start(request, ct);
            await using (build)
            {
                try
                {
                    BuildResult result = await BuildWatcher.WatchAsync(build, ViewOf(parsed));
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

    private BuildRequest RequestOf(ParseResult parsed, ImmutableArray<Reference> names) => _caches.Apply(parsed, _host.Environment, _steps.Apply(parsed, new BuildRequest
    {
        Context = BuildContext.FromLocation(parsed.GetRequiredValue(_context)),
        StandardInput = StandardInput.For(parsed.GetRequiredValue(_context), parsed.GetValue(_file)),
        DockerfilePath = parsed.GetValue(_file),
        Target = parsed.GetValue(_target),
        Arguments = BuildArguments.Read(Values(parsed, _arguments), _host.Environment),
        Secrets = _secrets.Read(parsed, _host.Environment),
        SshAgents = _agents.Read(parsed, _host.Environment, parsed.GetRequiredValue(_context)),
        GitSigners = _signers.Read(parsed),
        NamedContexts = NamedContextOptions.Read(Values(parsed, _contexts)),
        Platforms = PlatformOption.ReadAll(Values(parsed, _platforms)),
        UsesCache = !parsed.GetValue(_noCache),
        ExpectedCached = [.. Values(parsed, _expected).SelectMany(static v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
        Pull = PullOption.Read(parsed.GetValue(_pull), PullPolicy.Missing),
        OnFailure = _onFail.Read(parsed),
        KeepsTimestamps = KeepsTimestamps(parsed),
        Exports = OutputAnnotations.AddTo(
            OutputOptions.Read(Values(parsed, _outputs), names, parsed.GetValue(_push), parsed.GetValue(_load), new DockerSocket(_host.Environment).Find), Values(parsed, _annotations)),
    }));

    private bool KeepsTimestamps(ParseResult parsed) => parsed.GetValue(_timestamps) switch
    {
        null or "clamp" => false,
        "keep" => true,
        string other => throw new UsageException($"--timestamps={other}: write clamp or keep"),
    };

    private IProgressView ViewOf(ParseResult parsed) => parsed.GetValue(_explain) ? new ExplainingView(ViewWithoutReasons(parsed), Console.Error) : ViewWithoutReasons(parsed);

    private IProgressView ViewWithoutReasons(ParseResult parsed)
    {
        string mode = parsed.GetValue(_quiet) ? "quiet" : parsed.GetValue(_progress) ?? _host.Environment.Variables.GetValueOrDefault("BUILDKIT_PROGRESS") ?? "auto";
        DiagnosticPrinter diagnostics = new(Console.Error, _host.Environment.HasColors);
        return mode switch
        {
            "quiet" or "none" => new QuietView(),
            "plain" => new PlainView(Console.Error, diagnostics),
            "tty" => new TerminalView(Console.Error, _host.Environment.HasColors, TerminalSize.Read),
            "auto" or "" => _host.Environment.HasTerminal ? new TerminalView(Console.Error, _host.Environment.HasColors, TerminalSize.Read) : new PlainView(Console.Error, diagnostics),
            _ => throw new UsageException($"--progress={mode}: write auto, tty, plain or quiet"),
        };
    }

    private async Task ReportAsync(ParseResult parsed, BuildResult result, ImmutableArray<Reference> names, ReadOnlyMemory<byte>? statement, CancellationToken ct)
    {
        string id = result.ImageId!.Value; // there is an image
        if (parsed.GetValue(_imageIdFile) is { } idFile)
            await WriteAsync("--iidfile", idFile, Encoding.UTF8.GetBytes(id), ct);
        if (parsed.GetValue(_metadataFile) is { } metadataFile)
            await WriteAsync("--metadata-file", metadataFile, BuildMetadata.Write(result, names, statement), ct);
        if (parsed.GetValue(_quiet))
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
