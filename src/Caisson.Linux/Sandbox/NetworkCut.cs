using System.Net.NetworkInformation;
using Caisson.Linux.Native;

namespace Caisson.Linux.Sandbox;

/// <summary>A process without a network: in a network namespace that has nothing but a loopback, and that not even up.</summary>
public static class NetworkCut
{
    private const string Devices = "/proc/self/net/dev";
    private const string Loopback = "lo";

    /// <summary>The interfaces that this process sees. A new namespace can have some besides the loopback, of tunnels, which lead nowhere as long as they are down.</summary>
    public static IReadOnlyList<string> Interfaces => Read(File.ReadAllText(Devices));

    /// <summary>Whether no interface leads out of this process's network namespace.</summary>
    public static bool IsCut => Interfaces.All(static i => i == Loopback) || NetworkInterface.GetAllNetworkInterfaces().All(static i => i.Name == Loopback || i.OperationalStatus == OperationalStatus.Down);

    /// <summary>Starts this command anew in a network namespace of its own. Process id, terminal and open files stay. Returns only by failing.</summary>
    /// <param name="unsharePath">The path of <c>unshare</c>.</param>
    /// <param name="command">This command's path and arguments.</param>
    /// <param name="environment">Its environment, <c>NAME=value</c>.</param>
    /// <exception cref="SystemCallException"><c>unshare</c> cannot be started.</exception>
    public static void Reenter(string unsharePath, IReadOnlyList<string> command, IReadOnlyList<string> environment) =>
        CurrentProcess.Execute(unsharePath, ["unshare", "--net", "--", .. command], environment);

    // proc(5), /proc/net/dev: two lines of headings, then "name: numbers".
    internal static IReadOnlyList<string> Read(string devices) =>
        [.. devices.Split('\n').Skip(2).Where(static l => l.Contains(':', StringComparison.Ordinal)).Select(static l => l[..l.IndexOf(':', StringComparison.Ordinal)].Trim())];
}
