using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Engine;
using Caisson.Oci.Images;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson inspect</c>.</summary>
internal sealed class InspectCommand : StoreCommand
{
    private readonly Option<string?> _show = new("--show") { Description = "What to show: config, manifest, digest, id, layers or packages. Default: config", HelpName = "WHAT" };
    private readonly Argument<string> _image = new("IMAGE") { Description = "Image" };

    public InspectCommand(EngineHost host)
        : base(host, "inspect", "Show what an image says of itself")
    {
        Options.Add(_show);
        Arguments.Add(_image);
    }

    protected override async Task WorkAsync(LocalImages images, ParseResult parsed, CancellationToken ct)
    {
        Image image = await images.GetAsync(References.Parse(parsed.GetRequiredValue(_image)), platform: null, ct);
        await Console.Out.WriteLineAsync(ImageFacts.Show(image, parsed.GetValue(_show) ?? "config"));
    }
}
