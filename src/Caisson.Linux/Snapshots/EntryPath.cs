namespace Caisson.Linux.Snapshots;

/// <summary>Paths of entries: relative to the root, <c>/</c>-separated; the root is the empty path.</summary>
public static class EntryPath
{
    /// <summary>
    /// The order of a list: names compare ordinally, component by component, so that a directory comes before what it holds, and what it
    /// holds comes together.
    /// </summary>
    public static IComparer<string> Order { get; } = Comparer<string>.Create(static (x, y) => Compare(x, y));

    /// <summary>Compares two paths in the order of a list.</summary>
    public static int Compare(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        int same = x.CommonPrefixLength(y);
        if (same == x.Length || same == y.Length)
            return x.Length.CompareTo(y.Length);
        // The separator is less than any character of a name.
        int left = x[same] == '/' ? -1 : x[same];
        int right = y[same] == '/' ? -1 : y[same];
        return left.CompareTo(right);
    }

    /// <summary>The path of the directory that holds this one; empty for names in the root.</summary>
    public static string Parent(string path) => path.LastIndexOf('/') is int slash and >= 0 ? path[..slash] : "";

    /// <summary>The last component.</summary>
    public static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>A name below a directory.</summary>
    public static string Join(string directory, string name) => directory.Length == 0 ? name : name.Length == 0 ? directory : $"{directory}/{name}";

    /// <summary>Whether a path is the directory itself or anything below it.</summary>
    public static bool IsWithin(string path, string directory) =>
        directory.Length == 0
        || (path.StartsWith(directory, StringComparison.Ordinal) && (path.Length == directory.Length || path[directory.Length] == '/'));

    /// <summary>What <see cref="Join"/> adds to a directory to make the path of something within it; empty for the directory itself.</summary>
    public static string Below(string path, string directory) => directory.Length == 0 || path.Length == directory.Length ? path[directory.Length..] : path[(directory.Length + 1)..];

    /// <summary>Every directory on the way to a path, from the first below the root to the parent.</summary>
    public static IEnumerable<string> Ancestors(string path)
    {
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            yield return path[..slash];
    }

    /// <summary>An absolute or relative path of a container, with <c>.</c>, <c>..</c> and empty components worked out; <c>..</c> stops at the root.</summary>
    public static string Clean(string path)
    {
        List<string> parts = [];
        foreach (string part in path.Split('/'))
        {
            if (part == "..")
                parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            else if (part.Length > 0 && part != ".")
                parts.Add(part);
        }
        return string.Join('/', parts);
    }
}
