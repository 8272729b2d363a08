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
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show the digest only" };
    private readonly IndexImages _images;

    public IndexCreateCommand(EngineHost host)
        : base(host, "create", "Make an index over images")
    {
        Argument<string> target = new("INDEX") { Description = $"Where the index goes: {PlaceArguments.Forms}. A NAME alone is one of the store; docker://NAME pushes it" };
        _images = new IndexImages(this, target, "Images, in the order of the index");
        Options.Add(_quiet);
    }

    protected override void Check(ParseResult parsed) => _images.Check(parsed);

    protected override async Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        ImageGraph index = await IndexEdit.CreateAsync(await _images.OpenAsync(places, parsed, ct), _images.Annotations(parsed), ct);
        await new GraphWriting(places, Environment, parsed.GetValue(_quiet)).WriteAsync(new EditedGraph(index, []), _images.Index(parsed), ct);
        return ExitCodes.Success;
    }
}
