using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Cli.Progress;
using Caisson.Engine;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Commands.Images;

/// <summary><c>caisson image tree</c>.</summary>
internal sealed class ImageTreeCommand : PlaceCommand
{
    private readonly Option<string?> _format = PlaceArguments.Format();
    private readonly Option<bool> _noTruncation = new("--no-trunc") { Description = "Show digests whole" };
    private readonly Argument<string> _image = PlaceArguments.Image();

    public ImageTreeCommand(EngineHost host)
        : base(host, "tree", "Show all that an image consists of: index, platforms, manifests, layers, and what refers to them")
    {
        Options.Add(_format);
        Options.Add(_noTruncation);
        Arguments.Add(_image);
    }

    protected override void Check(ParseResult parsed)
    {
        PlaceArguments.IsJson(parsed.GetValue(_format));
        PlaceArguments.ReadPlace(parsed.GetRequiredValue(_image));
    }

    protected override async Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        ImageGraph graph = await places.OpenAsync(PlaceArguments.ReadPlace(parsed.GetRequiredValue(_image)), new GraphReading { WithReferrers = true }, ct);
        if (PlaceArguments.IsJson(parsed.GetValue(_format)))
            Console.Out.WriteLine(GraphJson.Write(graph));
        else
            new GraphText(Console.Out, parsed.GetValue(_noTruncation), Console.IsOutputRedirected ? null : TerminalSize.Read().Width).Write(graph);
        return ExitCodes.Success;
    }
}
