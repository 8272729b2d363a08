using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Finds what the path of a source stands for: one path, or those whose components match its wildcards.</summary>
internal static class SourcePattern
{
    /// <summary>Whether the path has wildcards: it may then stand for nothing.</summary>
    public static bool HasWildcard(string pattern) => pattern.Split('/').Any(NamePattern.HasWildcard);

    /// <summary>The part of the path that has to be there for the pattern to stand for anything: all of it, or what stands before the first component with wildcards.</summary>
    public static string FixedPart(string pattern) =>
        string.Join('/', EntryPath.Clean(pattern).Split('/').TakeWhile(static c => !NamePattern.HasWildcard(c)).Select(NamePattern.Unescape));

    /// <summary>The paths, in ordinal order, as they were asked for: links not followed in the components that a wildcard matched.</summary>
    /// <exception cref="FormatException">A set of characters in the pattern is not closed.</exception>
    public static IEnumerable<string> Expand(IFileTree tree, string pattern)
    {
        string[] components = EntryPath.Clean(pattern).Split('/');
        int firstWild = Array.FindIndex(components, NamePattern.HasWildcard);
        if (firstWild < 0)
            return [FixedPart(pattern)];
        string start = TreePath.Resolve(tree, FixedPart(pattern));
        NamePattern[] names =
        [
            .. components[firstWild..].Select(c => NamePattern.TryParse(c) ?? throw new FormatException($"\"{c}\" has a set of characters that is not closed")),
        ];
        return Match(tree, start, names);
    }

    private static IEnumerable<string> Match(IFileTree tree, string directory, ReadOnlyMemory<NamePattern> names)
    {
        foreach (FileEntry child in tree.Children(directory))
        {
            if (!names.Span[0].Matches(EntryPath.Name(child.Path)))
                continue;
            if (names.Length == 1)
            {
                yield return child.Path;
                continue;
            }
            if (!child.IsDirectory)
                continue;
            foreach (string match in Match(tree, child.Path, names[1..]))
                yield return match;
        }
    }
}
