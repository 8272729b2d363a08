using System.CommandLine;
using Caisson.Cli.Hosting;

namespace Caisson.Cli.Commands.Images;

/// <summary><c>caisson image</c>: images of all places, looked at, copied and edited without being unpacked.</summary>
internal sealed class ImageCommand : Command
{
    public ImageCommand(EngineHost host)
        : base("image", "Look at, copy and edit images of all places")
    {
        Subcommands.Add(new ImageInspectCommand(host));
        Subcommands.Add(new ImageTreeCommand(host));
        Subcommands.Add(new ImageCopyCommand(host));
        Subcommands.Add(new ImageAppendCommand(host));
        Subcommands.Add(new ImageRebaseCommand(host));
        Subcommands.Add(new ImageIndexCommand(host));
    }
}
