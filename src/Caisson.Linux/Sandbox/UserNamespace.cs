using System.Globalization;
using Caisson.Linux.Native;

namespace Caisson.Linux.Sandbox;

/// <summary>The user namespace that this process is in, and the way into one.</summary>
public static class UserNamespace
{
    private const long AllIds = uint.MaxValue;
    private const string OwnMounts = "--mount";
    private const string MapFile = "/proc/self/uid_map";

    /// <summary>Whether this process is in a user namespace other than the machine's own.</summary>
    public static bool IsInside => !IsInitialMap(File.ReadAllText(MapFile));

    /// <summary>Whether this process's user is the only one there is.</summary>
    public static bool HasOneId => IsSingleMap(File.ReadAllText(MapFile));

    /// <summary>The id outside of the user who is root in here; 0 in the machine's own namespace.</summary>
    public static long OuterUserId => OuterRootOf(File.ReadAllText(MapFile));

    /// <summary>
    /// Starts this command anew inside a user namespace in which the caller is root and, on the highest rung, the caller's subordinate ids are the other users.
    /// Process id, terminal and open files stay. Returns only by failing.
    /// </summary>
    /// <remarks>A .NET process has threads from its start and so cannot make the namespace itself; <c>unshare</c> of util-linux can.</remarks>
    /// <param name="unsharePath">The path of <c>unshare</c>.</param>
    /// <param name="rung">Which ids are to be there.</param>
    /// <param name="command">This command's path and arguments.</param>
    /// <param name="environment">Its environment, <c>NAME=value</c>.</param>
    /// <param name="ownMounts">Whether it gets a mount namespace of its own, too.</param>
    /// <exception cref="SystemCallException"><c>unshare</c> cannot be started.</exception>
    public static void Reenter(string unsharePath, Rung rung, IReadOnlyList<string> command, IReadOnlyList<string> environment, bool ownMounts = false) =>
        CurrentProcess.Execute(unsharePath, ["unshare", .. Options(rung), .. ownMounts ? (string[])[OwnMounts] : [], "--", .. command], environment);

    /// <summary>Starts this command anew in a mount namespace of its own, for a process that may do so as it is: root. Returns only by failing.</summary>
    /// <param name="unsharePath">The path of <c>unshare</c>.</param>
    /// <param name="command">This command's path and arguments.</param>
    /// <param name="environment">Its environment, <c>NAME=value</c>.</param>
    /// <exception cref="SystemCallException"><c>unshare</c> cannot be started.</exception>
    public static void ReenterWithOwnMounts(string unsharePath, IReadOnlyList<string> command, IReadOnlyList<string> environment) =>
        CurrentProcess.Execute(unsharePath, ["unshare", OwnMounts, "--", .. command], environment);

    /// <summary>What <c>unshare</c> is told, to make the user namespace of a rung.</summary>
    internal static string[] Options(Rung rung) => rung == Rung.AllIds ? ["--user", "--map-auto", "--map-root-user"] : ["--user", "--map-root-user"];

    internal static long OuterRootOf(string map)
    {
        foreach (string line in map.Split('\n'))
        {
            if (line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["0", string outer, _])
                return long.Parse(outer, CultureInfo.InvariantCulture);
        }
        return 0;
    }

    internal static bool IsSingleMap(string map)
    {
        string[] fields = map.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return fields is [_, _, "1"];
    }

    // The machine's own namespace maps every id to itself in one line.
    private static bool IsInitialMap(string map)
    {
        string[] fields = map.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return fields is ["0", "0", string count] && long.Parse(count, CultureInfo.InvariantCulture) == AllIds;
    }
}
