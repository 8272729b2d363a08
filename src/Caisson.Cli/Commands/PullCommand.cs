using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Engine;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson pull</c>.</summary>
internal sealed class PullCommand : StoreCommand
{
    private readonly Option<string?> _platform = new("--platform") { Description = "Platform to take from an image of several. Default: that of this machine", HelpName = "PLATFORM" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Write nothing when all went well" };
    private readonly Argument<string> _image = new("IMAGE") { Description = "Image to take from its registry" };

    public PullCommand(EngineHost host)
        : base(host, "pull", "Take an image from its registry")
    {
        Options.Add(_platform);
        Options.Add(_quiet);
        Arguments.Add(_image);
    }

    protected override async Task WorkAsync(LocalImages images, ParseResult parsed, CancellationToken ct)
    {
        Platform? platform = parsed.GetValue(_platform) is { } text ? PlatformOption.Parse(text) : null;
        Reference name = References.Parse(parsed.GetRequiredValue(_image));
        Image image = await images.PullAsync(name, platform, ct);
        if (!parsed.GetValue(_quiet))
            await Console.Out.WriteLineAsync($"{name.WithDefaultTag()}@{image.Descriptor.Digest}");
    }
}
