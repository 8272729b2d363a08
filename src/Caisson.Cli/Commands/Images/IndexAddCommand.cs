using System.Collections.Immutable;
using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Engine;
using Caisson.Oci.Editing;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Commands.Images;

/// <summary><c>caisson image index add</c>.</summary>
internal sealed class IndexAddCommand : PlaceCommand
{
    private readonly Option<string[]> _annotations = PlaceArguments.Annotations();
    private readonly Option<string[]> _platforms = PlaceArguments.Platforms("Take only these platforms of images for several. Default: all");
    private readonly Option<bool> _replace = new("--replace") { Description = "Take the new image where the index has one for the same platform" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show the digest only" };
    private readonly Argument<string> _index = PlaceArguments.Image("INDEX", "Index to change, where it is");
    private readonly Argument<string[]> _images = new("IMAGE") { Description = $"Images to add: {PlaceArguments.Forms}; of an index all that it names", Arity = ArgumentArity.OneOrMore };

    public IndexAddCommand(EngineHost host)
        : base(host, "add", "Add images to an index")
    {
        Options.Add(_annotations);
        Options.Add(_platforms);
        Options.Add(_replace);
        Options.Add(_quiet);
        Arguments.Add(_index);
        Arguments.Add(_images);
    }

    protected override void Check(ParseResult parsed)
    {
        PlaceArguments.ReadPlace(parsed.GetRequiredValue(_index));
        foreach (string image in parsed.GetRequiredValue(_images))
            PlaceArguments.ReadPlace(image);
        PlaceArguments.ReadPlatforms(parsed.GetValue(_platforms));
        PlaceArguments.ReadAnnotations(parsed.GetValue(_annotations));
    }

    protected override async Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        ImagePlace place = PlaceArguments.ReadPlace(parsed.GetRequiredValue(_index));
        ImageGraph graph = await places.OpenAsync(place, GraphReading.All, ct);
        ImmutableArray<ImageGraph> added = await SourceImages.OpenAsync(places, parsed.GetRequiredValue(_images), PlaceArguments.ReadPlatforms(parsed.GetValue(_platforms)), ct);
        ImageGraph changed = await IndexEdit.AddAsync(graph, added, parsed.GetValue(_replace), PlaceArguments.ReadAnnotations(parsed.GetValue(_annotations)), ct);
        await new GraphWriting(places, Environment, parsed.GetValue(_quiet)).WriteAsync(new EditedGraph(changed, []), place, ct);
        return ExitCodes.Success;
    }
}
