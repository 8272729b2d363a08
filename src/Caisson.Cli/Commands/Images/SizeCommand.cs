using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Cli.Progress;
using Caisson.Engine;
using Caisson.Oci.Contents;

namespace Caisson.Cli.Commands.Images;

/// <summary><c>caisson size</c>.</summary>
internal sealed class SizeCommand : PlaceCommand
{
    private const int MaxShown = 100_000;

    private readonly Option<int> _depth = new("--depth") { Description = "How deep directories are shown; 0 for none. Default: 1", HelpName = "N", DefaultValueFactory = static _ => 1 };
    private readonly Option<int> _top = new("--top") { Description = "How many files and directories are shown in each list. Default: 10", HelpName = "N", DefaultValueFactory = static _ => 10 };
    private readonly Option<string?> _format = PlaceArguments.Format();
    private readonly Option<string?> _platform = PlaceArguments.Platform();
    private readonly Argument<string> _image = PlaceArguments.Image();

    public SizeCommand(EngineHost host)
        : base(host, "size", "Show where the bytes of an image are: layers, directories, biggest files, and what was written for nothing")
    {
        Options.Add(_depth);
        Options.Add(_top);
        Options.Add(_format);
        Options.Add(_platform);
        Arguments.Add(_image);
    }

    protected override void Check(ParseResult parsed)
    {
        if (parsed.GetValue(_depth) is < 0 or > 64)
            throw new UsageException($"--depth={parsed.GetValue(_depth)}: write a number from 0 to 64");
        if (parsed.GetValue(_top) is < 0 or > MaxShown)
            throw new UsageException($"--top={parsed.GetValue(_top)}: write a number from 0 to {MaxShown}");
        PlaceArguments.IsJson(parsed.GetValue(_format));
        PlaceArguments.ReadPlace(parsed.GetRequiredValue(_image));
        PlaceArguments.ReadPlatform(parsed.GetValue(_platform));
    }

    protected override async Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        PlacedImage image = await places.OpenImageAsync(PlaceArguments.ReadPlace(parsed.GetRequiredValue(_image)), PlaceArguments.ReadPlatform(parsed.GetValue(_platform)), ct);
        SpaceUse use = await SpaceUse.MeasureAsync(image.Image, PlaceAccess.Decoders, ct);
        SpaceView view = new(image.Place, image.Image, use, parsed.GetValue(_depth), parsed.GetValue(_top));
        if (PlaceArguments.IsJson(parsed.GetValue(_format)))
            Console.Out.WriteLine(SpaceJson.Write(view));
        else
            new SpaceText(Console.Out, Console.IsOutputRedirected ? null : TerminalSize.Read().Width).Write(view);
        return ExitCodes.Success;
    }
}
