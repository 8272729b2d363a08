namespace Caisson.IntegrationTests.Testing;

/// <summary>What processes were making in a store and did not remove.</summary>
internal static class Leftovers
{
    /// <summary>The paths; without what is always there: the lock, and the empty directory for a disk that is full.</summary>
    public static string[] In(string store) =>
        [
            .. Directory.GetFileSystemEntries(Path.Combine(store, "tmp"), "*", SearchOption.AllDirectories).Where(static path => Path.GetFileName(path) is not ("lock" or "spare")),
            .. Directory.GetFiles(Path.Combine(store, "images"), ".new-*", SearchOption.AllDirectories),
        ];
}
