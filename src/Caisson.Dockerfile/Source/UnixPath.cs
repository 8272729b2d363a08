namespace Caisson.Dockerfile.Source;

/// <summary>Paths as text, with slashes.</summary>
internal static class UnixPath
{
    /// <summary>The shortest path that names the same: no <c>.</c>, no doubled slash, <c>..</c> resolved; empty becomes <c>.</c>.</summary>
    /// <remarks>The rules of Go's <c>path.Clean</c>, which the ignore file and the default cache id are defined by.</remarks>
    public static string Clean(string path)
    {
        if (IsClean(path))
            return path;
        bool isRooted = path.StartsWith('/');
        List<string> kept = [];
        foreach (string segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            Append(kept, segment, isRooted);
        string joined = string.Join('/', kept);
        return isRooted ? "/" + joined : joined.Length == 0 ? "." : joined;
    }

    // Most paths are: nothing in them is empty or begins with a dot.
    private static bool IsClean(string path) =>
        path.Length > 1 && path[0] != '.' && path[^1] != '/'
        && !path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal);

    private static void Append(List<string> kept, string segment, bool isRooted)
    {
        if (segment == ".")
            return;
        if (segment != "..")
            kept.Add(segment);
        else if (kept.Count > 0 && kept[^1] != "..")
            kept.RemoveAt(kept.Count - 1);
        else if (!isRooted)
            kept.Add(segment);
    }
}
