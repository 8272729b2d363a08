using System.CommandLine;
using Caisson.Cli.Commands.Images;
using Caisson.Cli.Hosting;
using Caisson.Cli.Images;
using Caisson.Engine;
using Caisson.Engine.Bundling;

namespace Caisson.Cli.Commands.Bundles;

/// <summary><c>caisson bundle inspect</c>.</summary>
internal sealed class BundleInspectCommand : PlaceCommand
{
    private readonly Argument<string> _bundle = BundlePlaces.Argument();
    private readonly Option<string?> _format = PlaceArguments.Format();

    public BundleInspectCommand(EngineHost host)
        : base(host, "inspect", "Show what a bundle holds: how it was built, of what, and what it came to")
    {
        Options.Add(_format);
        Arguments.Add(_bundle);
    }

    protected override void Check(ParseResult parsed) => PlaceArguments.IsJson(parsed.GetValue(_format));

    protected override async Task<int> WorkAsync(PlaceAccess places, ParseResult parsed, CancellationToken ct)
    {
        Bundle bundle = await places.OpenBundleAsync(BundlePlaces.Read(parsed.GetRequiredValue(_bundle)), ct);
        if (PlaceArguments.IsJson(parsed.GetValue(_format)))
            Console.Out.WriteLine(await bundle.ReadRecordAsync(ct));
        else
            BundleShown.Write(bundle, Console.Out);
        return ExitCodes.Success;
    }
}
