using System.CommandLine;
using Caisson.Cli.Hosting;

namespace Caisson.Cli.Commands.Bundles;

/// <summary><c>caisson bundle</c>: builds that are sealed, carried and repeated.</summary>
internal sealed class BundleCommand : Command
{
    public BundleCommand(EngineHost host)
        : base("bundle", "Seal all that a build is made of into one file, and repeat the build from it where there is no network")
    {
        Subcommands.Add(new BundleCreateCommand(host));
        Subcommands.Add(new BundleBuildCommand(host));
        Subcommands.Add(new BundleInspectCommand(host));
        Subcommands.Add(new BundleVerifyCommand(host));
    }
}
