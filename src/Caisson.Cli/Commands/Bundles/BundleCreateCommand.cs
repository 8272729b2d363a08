using System.CommandLine;
using System.Globalization;
using Caisson.Cli.Hosting;
using Caisson.Cli.Progress;
using Caisson.Engine;
using Caisson.Engine.Exporting;

namespace Caisson.Cli.Commands.Bundles;

/// <summary><c>caisson bundle create</c>.</summary>
internal sealed class BundleCreateCommand : Command
{
    private readonly EngineHost _host;
    private readonly BuildInputOptions _input = new();
    private readonly HermeticOptions _hermetic = new();
    private readonly ProgressOptions _progress = new();
    private readonly Option<string> _output = BundlePlaces.Output();
    private readonly Option<string[]> _tags = new("--tag", "-t") { Description = "Name for the image, name[:tag]; may be repeated", HelpName = "REF", DefaultValueFactory = static _ => [] };

    public BundleCreateCommand(EngineHost host)
        : base("create", "Build, every step of it, and seal all that it is made of: Dockerfile, files of contexts, base images, what was fetched, every answer of the network, lock file, policies, and the digest of the result")
    {
        _host = host;
        foreach (Option option in (Option[])[_output, _tags, .. _input.All, .. _hermetic.All, .. _progress.All])
            Options.Add(option);
        Arguments.Add(_input.Context);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        ImagePlace place = BundlePlaces.ReadTarget(parsed.GetRequiredValue(_output));
        BuildRequest request = _hermetic.Apply(parsed, _input.Read(parsed, _host.Environment));
        request = request with
        {
            Bundle = place,
            Locking = request.Locking == Locking.Usual ? Locking.Kept : request.Locking,
            Exports = [new Export.Store([.. (parsed.GetValue(_tags) ?? []).Select(References.Parse)])],
        };
        _host.Enter();
        BuildEngine engine = await _host.OpenAsync(parsed, ct);
        await using (engine)
        {
            Build build = engine.Start(request, ct);
            await using (build)
            {
                BuildResult result = await BuildWatcher.WatchAsync(build, _progress.ViewOf(parsed, _host.Environment));
                if (_progress.IsQuiet(parsed))
                    await Console.Out.WriteLineAsync(result.Bundle!.Digest.Value); // it was asked for
                else
                    await ReportAsync(engine, place, result, ct);
            }
        }
        return ExitCodes.Success;
    }

    private static Task<int> ReportAsync(BuildEngine engine, ImagePlace place, BuildResult result, CancellationToken ct) => engine.Places.UseAsync(async places =>
    {
        Engine.Bundling.Bundle bundle = await places.OpenBundleAsync(place, ct);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{place}: {Bytes.Show(bundle.SizeBytes)} in {bundle.Parts.Count} parts, {bundle.Digest}"));
        await Console.Out.WriteLineAsync($"the build came to {result.Descriptor?.Digest}");
        return ExitCodes.Success;
    });
}
