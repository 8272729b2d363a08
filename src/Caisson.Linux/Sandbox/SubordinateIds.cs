using System.Globalization;

namespace Caisson.Linux.Sandbox;

/// <summary>The user and group ids that the administrator has given to a user to hand out.</summary>
/// <remarks>subuid(5), subgid(5).</remarks>
public static class SubordinateIds
{
    /// <summary>Whether a user has both kinds.</summary>
    /// <param name="user">The user's name; may be empty when it is not known.</param>
    /// <param name="uid">The user's number.</param>
    public static bool Exist(string user, uint uid) => Names("/etc/subuid", user, uid) && Names("/etc/subgid", user, uid);

    private static bool Names(string file, string user, uint uid)
    {
        string number = uid.ToString(CultureInfo.InvariantCulture);
        return File.Exists(file) && File.ReadLines(file).Select(static l => l.Split(':')).Any(f => f.Length == 3 && (f[0] == user || f[0] == number || NameOf(uid) == f[0]));
    }

    private static string? NameOf(uint uid)
    {
        string number = uid.ToString(CultureInfo.InvariantCulture);
        return File.ReadLines("/etc/passwd").Select(static l => l.Split(':')).FirstOrDefault(f => f.Length > 2 && f[2] == number)?[0];
    }
}
