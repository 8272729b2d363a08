using System.Collections.Immutable;
using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Engine;
using Caisson.Oci.Editing;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Commands.Images;

/// <summary><c>caisson image index create</c>.</summary>
internal sealed class IndexCreateCommand : PlaceCommand
{
    private readonly Option<string[]> _annotations = PlaceArguments.Annotations();
    private readonly Option<string[]> _platforms = PlaceArguments.Platforms("Take only these platforms of images for several. Default: all");
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show the digest only" };
    private readonly Argument<string> _target = new("INDEX") { Description = $"Where the index goes: {PlaceArguments.Forms}. A NAME alone is one of the store; docker://NAME pushes it" };
    private readonly Argument<string[]> _images = new("IMAGE") { Description = $"Images, in the order of the index: {PlaceArguments.Forms}; of an index all that it names", Arity = ArgumentArity.OneOrMore };

    public IndexCreateCommand(EngineHost host)
        : base(host, "create", "Make an index over images")
    {
        Options.Add(_annotations);
        Options.Add(_platforms);
        Options.Add(_quiet);
        Arguments.Add(_target);
        Arguments.Add(_images);
    }

    protected override void Check(ParseResult parsed)
    {
        PlaceArguments.ReadPlace(parsed.GetRequiredValue(_target));
        foreach (string image in parsed.GetRequiredValue(_images))
            PlaceArguments.ReadPlace(image);
        PlaceArguments.ReadPlatforms(parsed.GetValue(_platforms));
        PlaceArguments.ReadAnnotations(parsed.GetValue(_annotations));
    }

    protected override async Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        ImmutableArray<ImageGraph> graphs = await SourceImages.OpenAsync(places, parsed.GetRequiredValue(_images), PlaceArguments.ReadPlatforms(parsed.GetValue(_platforms)), ct);
        ImageGraph index = await IndexEdit.CreateAsync(graphs, PlaceArguments.ReadAnnotations(parsed.GetValue(_annotations)), ct);
        await new GraphWriting(places, Environment, parsed.GetValue(_quiet)).WriteAsync(new EditedGraph(index, []), PlaceArguments.ReadPlace(parsed.GetRequiredValue(_target)), ct);
        return ExitCodes.Success;
    }
}
