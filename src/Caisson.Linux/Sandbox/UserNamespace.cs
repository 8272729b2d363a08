using System.Globalization;
using Caisson.Linux.Native;

namespace Caisson.Linux.Sandbox;

/// <summary>The user namespace that this process is in, and the way into one with subordinate ids.</summary>
public static class UserNamespace
{
    private const long AllIds = uint.MaxValue;

    /// <summary>Whether this process is in a user namespace other than the machine's own.</summary>
    public static bool IsInside => !IsInitialMap(File.ReadAllText("/proc/self/uid_map"));

    /// <summary>
    /// Starts this command anew inside a user namespace in which the caller is root and the caller's subordinate ids are the other users.
    /// Process id, terminal and open files stay. Returns only by failing.
    /// </summary>
    /// <remarks>A .NET process has threads from its start and so cannot make the namespace itself; <c>unshare</c> of util-linux can.</remarks>
    /// <param name="unsharePath">The path of <c>unshare</c>.</param>
    /// <param name="command">This command's path and arguments.</param>
    /// <param name="environment">Its environment, <c>NAME=value</c>.</param>
    /// <exception cref="SystemCallException"><c>unshare</c> cannot be started.</exception>
    public static void Reenter(string unsharePath, IReadOnlyList<string> command, IReadOnlyList<string> environment) =>
        CurrentProcess.Execute(unsharePath, ["unshare", "--user", "--map-auto", "--map-root-user", "--", .. command], environment);

    // The machine's own namespace maps every id to itself in one line.
    private static bool IsInitialMap(string map)
    {
        string[] fields = map.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return fields is ["0", "0", string count] && long.Parse(count, CultureInfo.InvariantCulture) == AllIds;
    }
}
