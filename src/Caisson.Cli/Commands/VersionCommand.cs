using System.CommandLine;
using Caisson.Cli.Hosting;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson version</c>.</summary>
internal sealed class VersionCommand : Command
{
    public VersionCommand()
        : base("version", "Show the version")
    {
        SetAction(static _ => Console.Out.WriteLine($"caisson {VersionText.Full}"));
    }
}
