using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson tag</c>.</summary>
internal sealed class TagCommand : StoreCommand
{
    private readonly Argument<string> _image = new("IMAGE") { Description = "Image" };
    private readonly Argument<string> _name = new("NAME") { Description = "Its new name" };

    public TagCommand(EngineHost host)
        : base(host, "tag", "Give an image one more name")
    {
        Arguments.Add(_image);
        Arguments.Add(_name);
    }

    protected override Task WorkAsync(LocalImages images, ParseResult parsed, CancellationToken ct) =>
        images.TagAsync(References.Parse(parsed.GetRequiredValue(_image)), References.Parse(parsed.GetRequiredValue(_name)), ct);
}
