using System.Globalization;

namespace Caisson.Linux.Sandbox;

/// <summary>The user and group ids that the administrator has given to a user to hand out.</summary>
/// <remarks>subuid(5), subgid(5).</remarks>
public static class SubordinateIds
{
    /// <summary>Whether a user has both kinds.</summary>
    /// <param name="user">The user's name; may be empty when it is not known.</param>
    /// <param name="uid">The user's number.</param>
    public static bool Exist(string user, uint uid) => Exist(user, uid, "/etc");

    /// <summary>The same, of another directory than <c>/etc</c>.</summary>
    internal static bool Exist(string user, uint uid, string directory)
    {
        string number = uid.ToString(CultureInfo.InvariantCulture);
        HashSet<string> names = [number];
        if (user.Length > 0)
            names.Add(user);
        if (Lines(directory, "passwd").FirstOrDefault(f => f.Length > 2 && f[2] == number) is { } entry)
            names.Add(entry[0]);
        return HasAny(Lines(directory, "subuid"), names) && HasAny(Lines(directory, "subgid"), names);
    }

    private static bool HasAny(IEnumerable<string[]> lines, HashSet<string> names) =>
        lines.Any(f => f.Length == 3 && names.Contains(f[0]) && uint.TryParse(f[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint count) && count > 0);

    private static IEnumerable<string[]> Lines(string directory, string file)
    {
        string path = Path.Combine(directory, file);
        return File.Exists(path) ? File.ReadLines(path).Select(static l => l.Split(':')) : [];
    }
}
