using System.CommandLine;
using Caisson.Cli.Hosting;

namespace Caisson.Cli.Commands.Images;

/// <summary><c>caisson image index</c>: images for several platforms under one name.</summary>
internal sealed class ImageIndexCommand : Command
{
    public ImageIndexCommand(EngineHost host)
        : base("index", "Put images for several platforms under one name")
    {
        Subcommands.Add(new IndexCreateCommand(host));
        Subcommands.Add(new IndexAddCommand(host));
        Subcommands.Add(new IndexRemoveCommand(host));
        Subcommands.Add(new IndexListCommand(host));
    }
}
