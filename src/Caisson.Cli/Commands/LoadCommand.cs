using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Engine;
using Caisson.Oci.Model;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson load</c>.</summary>
internal sealed class LoadCommand : StoreCommand
{
    private readonly Option<string> _input = new("--input", "-i") { Description = "File to read", HelpName = "FILE", Required = true };

    public LoadCommand(EngineHost host)
        : base(host, "load", "Add the images of a tar file: one of docker save, or an OCI image layout")
    {
        Options.Add(_input);
    }

    protected override async Task WorkAsync(LocalImages images, ParseResult parsed, CancellationToken ct)
    {
        foreach (Reference name in await images.LoadAsync(parsed.GetRequiredValue(_input), ct))
            await Console.Out.WriteLineAsync($"Loaded image: {name.Familiar}");
    }
}
