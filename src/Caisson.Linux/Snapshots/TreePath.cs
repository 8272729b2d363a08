using Caisson.Linux.Native;

namespace Caisson.Linux.Snapshots;

/// <summary>Follows symbolic links inside a tree, never out of it: an absolute link starts at the tree's root, and <c>..</c> stops there.</summary>
public static class TreePath
{
    private const int MaxLinks = 40; // MAXSYMLINKS, path_resolution(7)

    /// <summary>The path that a program inside the tree would arrive at. Components that do not exist are kept as they are.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="path">Absolute or relative to the root.</param>
    /// <param name="followLast">Whether a link in the last component is followed.</param>
    /// <exception cref="SystemCallException">ELOOP: more links than the kernel would follow.</exception>
    public static string Resolve(IFileTree tree, string path, bool followLast = true) => Resolve(tree.Find, path, followLast);

    /// <summary>As the other, for what is no tree yet.</summary>
    /// <param name="find">The entry of a path; null when there is none.</param>
    /// <param name="path">Absolute or relative to the root.</param>
    /// <param name="followLast">Whether a link in the last component is followed.</param>
    /// <exception cref="SystemCallException">ELOOP: more links than the kernel would follow.</exception>
    public static string Resolve(Func<string, FileEntry?> find, string path, bool followLast = true)
    {
        LinkedList<string> left = new(path.Split('/'));
        string resolved = "";
        int links = 0;
        while (left.First is { } next)
        {
            left.RemoveFirst();
            switch (next.Value)
            {
                case "" or ".":
                    continue;
                case "..":
                    resolved = EntryPath.Parent(resolved);
                    continue;
            }
            string candidate = EntryPath.Join(resolved, next.Value);
            bool isLast = left.All(static part => part is "" or ".");
            if ((isLast && !followLast) || find(candidate) is not { Kind: EntryKind.SymbolicLink, LinkTarget: { } target })
            {
                resolved = candidate;
                continue;
            }
            if (++links > MaxLinks)
                throw new SystemCallException("resolve", Errno.ELOOP, path);
            if (target.StartsWith('/'))
                resolved = "";
            foreach (string part in target.Split('/').Reverse())
                left.AddFirst(part);
        }
        return resolved;
    }
}
