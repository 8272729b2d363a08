using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Engine;
using Caisson.Oci.Editing;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Commands.Images;

/// <summary><c>caisson image index ls</c>.</summary>
internal sealed class IndexListCommand : PlaceCommand
{
    private readonly Option<string?> _format = PlaceArguments.Format();
    private readonly Argument<string> _index = PlaceArguments.Image("INDEX", "Index to show");

    public IndexListCommand(EngineHost host)
        : base(host, "ls", "List what an index names")
    {
        Options.Add(_format);
        Arguments.Add(_index);
    }

    protected override void Check(ParseResult parsed)
    {
        PlaceArguments.IsJson(parsed.GetValue(_format));
        PlaceArguments.ReadPlace(parsed.GetRequiredValue(_index));
    }

    protected override async Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        ImageGraph graph = await places.OpenAsync(PlaceArguments.ReadPlace(parsed.GetRequiredValue(_index)), new GraphReading { Wants = static _ => false }, ct);
        IndexEdit.RequireIndex(graph);
        if (PlaceArguments.IsJson(parsed.GetValue(_format)))
            Console.Out.WriteLine(GraphJson.Write(graph));
        else
            IndexText.WriteEntries(graph, Console.Out);
        return ExitCodes.Success;
    }
}
