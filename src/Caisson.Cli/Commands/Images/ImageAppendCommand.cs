using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Engine;
using Caisson.Oci.Editing;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Commands.Images;

/// <summary><c>caisson image append</c>.</summary>
internal sealed class ImageAppendCommand : PlaceCommand
{
    private const string Scratch = "scratch";

    private readonly Option<string[]> _layers = new("--layer") { Description = "Layer to put on top: a tar file, compressed with gzip or zstd or not at all, or a directory, whose files become root's. May be given several times", HelpName = "FILE|DIR", Required = true, AllowMultipleArgumentsPerToken = false };
    private readonly Option<string> _tag = PlaceArguments.Target();
    private readonly Option<string[]> _platforms = PlaceArguments.Platforms("Only the images for these platforms; with scratch, what the new image is for. Default: all of them");
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show the digest only" };
    private readonly Argument<string> _image = new("IMAGE") { Description = $"Image to put layers on: {PlaceArguments.Forms}; or scratch for nothing" };

    public ImageAppendCommand(EngineHost host)
        : base(host, "append", "Put layers on an image, without a build")
    {
        Options.Add(_layers);
        Options.Add(_tag);
        Options.Add(_platforms);
        Options.Add(_quiet);
        Arguments.Add(_image);
    }

    protected override void Check(ParseResult parsed)
    {
        string image = parsed.GetRequiredValue(_image);
        if (image != Scratch)
            PlaceArguments.ReadPlace(image);
        PlaceArguments.ReadPlace(parsed.GetRequiredValue(_tag));
        ImmutableArray<Platform> platforms = PlatformOption.ReadAll(parsed.GetValue(_platforms) ?? []);
        if (image == Scratch && platforms.Length > 1)
            throw new UsageException("scratch gives an image for one platform; put several under one name with caisson image index create");
    }

    protected override async Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        ImmutableArray<Platform> platforms = PlatformOption.ReadAll(parsed.GetValue(_platforms) ?? []);
        DateTimeOffset? time = TimeOf();
        ImageGraph graph = await OpenAsync(places, parsed.GetRequiredValue(_image), platforms, time, ct);
        List<(ImageLayer Layer, string CreatedBy)> layers = [];
        foreach (string path in parsed.GetRequiredValue(_layers))
            layers.Add((await places.MakeLayerAsync(path, time ?? DateTimeOffset.UnixEpoch, ct), $"caisson image append --layer {Path.GetFileName(path.TrimEnd('/'))}"));
        EditedGraph edited = await ImageEdit.ApplyAsync(graph, image => Task.FromResult(LayerAppend.Apply(image, layers, time)), ct);
        await new GraphWriting(places, Environment, parsed.GetValue(_quiet)).WriteAsync(edited, PlaceArguments.ReadPlace(parsed.GetRequiredValue(_tag)), ct);
        return ExitCodes.Success;
    }

    private static async Task<ImageGraph> OpenAsync(PlaceAccess places, string image, ImmutableArray<Platform> platforms, DateTimeOffset? time, CancellationToken ct)
    {
        if (image != Scratch)
        {
            ImageGraph graph = await places.OpenAsync(PlaceArguments.ReadPlace(image), GraphReading.All, ct);
            return platforms.IsEmpty ? graph : await PlatformSelection.SelectAsync(graph, platforms, ct);
        }
        Platform platform = platforms.IsEmpty ? PlaceAccess.MachinePlatform : platforms[0];
        ImageConfig config = new()
        {
            Os = platform.Os,
            Architecture = platform.Architecture,
            Variant = platform.Variant,
            Created = time ?? DateTimeOffset.UnixEpoch,
            RootFs = new RootFs { DiffIds = [] },
        };
        return ImageGraph.Of(Scratch, Image.Create(config, []));
    }

    private DateTimeOffset? TimeOf()
    {
        const string Variable = "SOURCE_DATE_EPOCH";
        if (Environment.Variables.GetValueOrDefault(Variable) is not { Length: > 0 } text)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds) && seconds is >= 0 and < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw new UsageException($"{Variable}={text}: write seconds since 1970");
    }
}
