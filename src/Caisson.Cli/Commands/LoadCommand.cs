using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson load</c>.</summary>
internal sealed class LoadCommand : StoreCommand
{
    private readonly Option<string?> _input = new("--input", "-i") { Description = "File to read. Default: standard input", HelpName = "FILE" };

    public LoadCommand(EngineHost host)
        : base(host, "load", "Add the images of a tar file: one of docker save, or an OCI image layout")
    {
        Options.Add(_input);
    }

    protected override async Task WorkAsync(LocalImages images, ParseResult parsed, CancellationToken ct)
    {
        if (parsed.GetValue(_input) is null && !Console.IsInputRedirected)
            throw new UsageException("a tar is not read from a terminal: give -i FILE, or redirect standard input");
        foreach (LoadedImage image in await images.LoadAsync(parsed.GetValue(_input) ?? "/dev/stdin", ct))
            await Console.Out.WriteLineAsync(image.ToString());
    }
}
