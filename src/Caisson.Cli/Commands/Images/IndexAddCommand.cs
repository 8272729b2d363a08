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
    private readonly Option<bool> _replace = new("--replace") { Description = "Take the new image where the index has one for the same platform" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show the digest only" };
    private readonly IndexImages _images;

    public IndexAddCommand(EngineHost host)
        : base(host, "add", "Add images to an index")
    {
        _images = new IndexImages(this, PlaceArguments.Image("INDEX", "Index to change, where it is"), "Images to add");
        Options.Add(_replace);
        Options.Add(_quiet);
    }

    protected override void Check(ParseResult parsed) => _images.Check(parsed);

    protected override async Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        ImageGraph graph = await places.OpenAsync(_images.Index(parsed), GraphReading.All, ct);
        ImageGraph changed = await IndexEdit.AddAsync(graph, await _images.OpenAsync(places, parsed, ct), parsed.GetValue(_replace), _images.Annotations(parsed), ct);
        await new GraphWriting(places, Environment, parsed.GetValue(_quiet)).WriteAsync(new EditedGraph(changed, []), _images.Index(parsed), ct);
        return ExitCodes.Success;
    }
}
