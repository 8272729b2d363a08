using Caisson.Engine;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;

namespace Caisson.Cli.Hosting;

/// <summary>Takes the network from this process and all that it starts: the command starts itself anew, once, where there is none.</summary>
internal static class NetworkEntry
{
    // Where this is set, the command has started itself anew, and comes here a second time.
    private const string Mark = "CAISSON_NETWORK_CUT";

    /// <summary>Does so if it is needed; or this process becomes the second start.</summary>
    /// <exception cref="BuildException">The network is still there.</exception>
    public static void Cut(HostEnvironment environment)
    {
        // A loopback alone can lead somewhere, to a proxy that listens on it: one of our own leads nowhere.
        bool isNew = environment.Find(Mark) is not null;
        if (isNew || !LadderProbe.IsRoot)
        {
            if (!NetworkCut.IsCut)
                throw NotCut(isNew ? "interfaces are up in a network namespace that is new" : "this user may make no network namespace");
            return;
        }
        string unshare = SearchPath.Find(environment.SearchPath, "unshare") ?? throw NotCut("there is no unshare");
        NetworkCut.Reenter(unshare, [environment.ProgramPath, .. environment.Arguments], environment.With(Mark, "1"));
    }

    /// <summary>Says what this process sees of the network.</summary>
    public static void Tell(TextWriter output) => output.WriteLine($"network: cut; interfaces of this process: {string.Join(", ", NetworkCut.Interfaces)}");

    private static BuildException NotCut(string why) =>
        new(EngineCodes.NetworkNotCut, $"the network cannot be cut: {why}", "caisson doctor says what this machine can do; or start caisson where there is no network: unshare --net caisson …");
}
