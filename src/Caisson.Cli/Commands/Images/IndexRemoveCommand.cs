using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Engine;
using Caisson.Oci.Editing;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Commands.Images;

/// <summary><c>caisson image index rm</c>.</summary>
internal sealed class IndexRemoveCommand : PlaceCommand
{
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show the digest only" };
    private readonly Argument<string> _index = PlaceArguments.Image("INDEX", "Index to change, where it is");
    private readonly Argument<string[]> _entries = new("ENTRY") { Description = "What is taken out: a platform or a digest; attestations go with their image", Arity = ArgumentArity.OneOrMore };

    public IndexRemoveCommand(EngineHost host)
        : base(host, "rm", "Take images out of an index")
    {
        Options.Add(_quiet);
        Arguments.Add(_index);
        Arguments.Add(_entries);
    }

    protected override void Check(ParseResult parsed) => PlaceArguments.ReadPlace(parsed.GetRequiredValue(_index));

    protected override async Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        ImagePlace place = PlaceArguments.ReadPlace(parsed.GetRequiredValue(_index));
        ImageGraph changed = IndexEdit.Remove(await places.OpenAsync(place, GraphReading.All, ct), [.. parsed.GetRequiredValue(_entries)]);
        await new GraphWriting(places, Environment, parsed.GetValue(_quiet)).WriteAsync(new EditedGraph(changed, []), place, ct);
        return ExitCodes.Success;
    }
}
