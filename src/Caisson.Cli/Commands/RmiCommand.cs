using System.CommandLine;
using Caisson.Cli.Hosting;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson rmi</c>.</summary>
internal sealed class RmiCommand : StoreCommand
{
    private readonly Argument<string[]> _images = new("IMAGE") { Description = "Names to take away", Arity = ArgumentArity.OneOrMore };

    public RmiCommand(EngineHost host)
        : base(host, "rmi", "Take names of images away")
    {
        Arguments.Add(_images);
    }

    protected override async Task WorkAsync(LocalImages images, ParseResult parsed, CancellationToken ct)
    {
        foreach (string name in parsed.GetRequiredValue(_images))
        {
            await images.RemoveAsync(References.Parse(name), ct);
            await Console.Out.WriteLineAsync($"Untagged: {References.Parse(name).WithDefaultTag()}");
        }
    }
}
