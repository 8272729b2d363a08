using System.Collections.Immutable;
using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Progress;
using Caisson.Dockerfile.Source;
using Caisson.Engine;
using Caisson.Engine.Bundling;
using Caisson.Evidence.Provenance;
using Caisson.Evidence.Signing;
using Caisson.Oci.Model;

namespace Caisson.Cli.Commands.Bundles;

/// <summary><c>caisson bundle build</c>.</summary>
internal sealed class BundleBuildCommand : Command
{
    private readonly EngineHost _host;
    private readonly ProgressOptions _progress = new();
    private readonly SecretOptions _secrets = new();
    private readonly SshOptions _agents = new();
    private readonly EvidenceOptions _evidence = new();
    private readonly Argument<string> _bundle = BundlePlaces.Argument();
    private readonly Option<string[]> _tags = new("--tag", "-t") { Description = "Name for the image, name[:tag]; may be repeated", HelpName = "REF", DefaultValueFactory = static _ => [] };
    private readonly Option<string[]> _outputs = new("--output", "-o") { Description = "Where the result goes: type=image|oci|docker|containers-storage|local|tar[,dest=PATH][,…], or a directory; may be repeated", HelpName = "OUTPUT", DefaultValueFactory = static _ => [] };

    public BundleBuildCommand(EngineHost host)
        : base("build", "Repeat the build of a bundle with nothing but the bundle, in a process without a network; fail unless it comes to the same")
    {
        _host = host;
        foreach (Option option in (Option[])[_tags, _outputs, .. _secrets.All, .. _agents.All, .. _progress.All, .. _evidence.All])
            Options.Add(option);
        Arguments.Add(_bundle);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        ImmutableArray<Reference> names = [.. (parsed.GetValue(_tags) ?? []).Select(References.Parse)];
        ImmutableArray<Engine.Exporting.Export> exports = OutputOptions.Read(parsed.GetValue(_outputs) ?? [], names, push: false);
        if (exports.Any(static e => e is Engine.Exporting.Export.Registry))
            throw new UsageException("--output: without a network nothing can be pushed; store the image, and then caisson push");
        ImagePlace place = BundlePlaces.Read(parsed.GetRequiredValue(_bundle));
        EvidenceRequest evidence = _evidence.Read(parsed, _host.Environment);
        if (BundlePlaces.IsRemote(place))
            throw new UsageException($"{place} is in a registry, and the network is cut before anything is read; fetch it first: caisson image cp {place} oci-archive:app.bundle");
        _host.Enter();
        NetworkEntry.Cut(_host.Environment);
        if (!_progress.IsQuiet(parsed))
            NetworkEntry.Tell(Console.Error);
        using SigningKey? key = evidence.OpenKey();
        BuildEngine engine = await _host.OpenAsync(parsed, ct);
        await using (engine)
        {
            return await engine.Places.UseAsync(async places =>
            {
                Bundle bundle = await places.OpenBundleAsync(place, ct);
                ImmutableArray<Diagnostic> problems = await places.VerifyAsync(bundle, place, ct);
                if (!problems.IsEmpty)
                    throw new BuildException(problems);
                BuildRequest request = await places.RepeatAsync(bundle, ct) with
                {
                    Exports = exports,
                    Secrets = _secrets.Read(parsed, _host.Environment),
                    SshAgents = _agents.Read(parsed, _host.Environment, context: "."),
                };
                ProvenanceAttester? attester = evidence.AttesterOf(request, key);
                await BuildAsync(engine, request with { Attester = attester }, parsed, bundle, ct);
                return ExitCodes.Success;
            });
        }
    }

    private async Task BuildAsync(BuildEngine engine, BuildRequest request, ParseResult parsed, Bundle bundle, CancellationToken ct)
    {
        Build build = engine.Start(request, ct);
        await using (build)
        {
            await BuildWatcher.WatchAsync(build, _progress.ViewOf(parsed, _host.Environment));
            string digest = bundle.Record.Result.Digest;
            await Console.Out.WriteLineAsync(_progress.IsQuiet(parsed) ? digest : "the same: " + string.Join(", ", request.Exports.SelectMany(NamesOf).Prepend(digest)));
        }
    }

    private static IEnumerable<string> NamesOf(Engine.Exporting.Export export) => export is Engine.Exporting.Export.Store { Names: var names } ? names.Select(static n => n.Familiar) : [];
}
