using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Engine;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Commands.Images;

/// <summary><c>caisson image inspect</c>.</summary>
internal sealed class ImageInspectCommand : PlaceCommand
{
    private readonly Option<bool> _raw = new("--raw") { Description = "Show the manifest or index byte for byte as it is" };
    private readonly Option<bool> _config = new("--config") { Description = "Show the configuration byte for byte as it is" };
    private readonly Option<string?> _show = new("--show") { Description = $"Show one thing only: {ImageFacts.Choices}", HelpName = "WHAT" };
    private readonly Option<string?> _format = PlaceArguments.Format();
    private readonly Option<string?> _platform = new("--platform") { Description = "Platform to look at in an image for several. Default: the index itself, and where one image is needed that of this machine", HelpName = "PLATFORM" };
    private readonly Argument<string> _image = PlaceArguments.Image();

    public ImageInspectCommand(EngineHost host)
        : base(host, "inspect", "Show what an image says of itself")
    {
        Options.Add(_raw);
        Options.Add(_config);
        Options.Add(_show);
        Options.Add(_format);
        Options.Add(_platform);
        Arguments.Add(_image);
    }

    protected override void Check(ParseResult parsed)
    {
        bool[] asked = [parsed.GetValue(_raw), parsed.GetValue(_config), parsed.GetValue(_show) is not null, parsed.GetValue(_format) is not null];
        if (asked.Count(static a => a) > 1)
            throw new UsageException("--raw, --config, --show and --format exclude each other");
        PlaceArguments.IsJson(parsed.GetValue(_format));
        ImageFacts.Require(parsed.GetValue(_show));
        PlaceArguments.ReadPlace(parsed.GetRequiredValue(_image));
        PlaceArguments.ReadPlatform(parsed.GetValue(_platform));
    }

    protected override async Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        ImagePlace place = PlaceArguments.ReadPlace(parsed.GetRequiredValue(_image));
        Platform? platform = PlaceArguments.ReadPlatform(parsed.GetValue(_platform));
        bool isJson = PlaceArguments.IsJson(parsed.GetValue(_format));
        if (parsed.GetValue(_config) || parsed.GetValue(_show) is not null || platform is not null)
        {
            PlacedImage found = await places.OpenImageAsync(place, platform, ct);
            Image image = found.Image;
            if (parsed.GetValue(_config) || parsed.GetValue(_raw))
                await WriteAsync(parsed.GetValue(_config) ? image.ConfigBytes : image.ManifestBytes, ct);
            else if (parsed.GetValue(_show) is { } what)
                Console.Out.WriteLine(ImageFacts.Show(image, what));
            else
                Show(found, isJson);
            return ExitCodes.Success;
        }
        ImageGraph graph = await places.OpenAsync(place, new GraphReading { Wants = static _ => false }, ct);
        if (parsed.GetValue(_raw))
            await WriteAsync(graph.RootDocument.Content, ct);
        else if (graph.RootDocument.IsIndex || !ImageKinds.IsImage(graph.RootDocument.ReadManifest()))
            Show(graph, isJson);
        else
            Show(new PlacedImage(graph.Place, await graph.GetImageAsync(graph.Root, ct)), isJson);
        return ExitCodes.Success;
    }

    private static void Show(PlacedImage image, bool isJson)
    {
        if (isJson)
            Console.Out.WriteLine(ImageJson.Write(image));
        else
            ImageText.Write(image, Console.Out);
    }

    private static void Show(ImageGraph graph, bool isJson)
    {
        if (isJson)
            Console.Out.WriteLine(GraphJson.Write(graph));
        else
            IndexText.Write(graph, Console.Out);
    }

    private static async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        Stream output = Console.OpenStandardOutput();
        await using (output)
            await output.WriteAsync(bytes, ct);
    }
}
