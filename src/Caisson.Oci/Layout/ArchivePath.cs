namespace Caisson.Oci.Layout;

/// <summary>Paths within an archive, as keys: never absolute, without dots.</summary>
internal static class ArchivePath
{
    /// <summary>The path that <paramref name="path"/> means, seen from a directory; null when that is outside the archive.</summary>
    public static string? Normalize(string directory, string path)
    {
        if (path.StartsWith('/'))
            return null;
        List<string> parts = [];
        foreach (string part in $"{directory}/{path}".Split('/'))
        {
            if (part == ".." && parts.Count == 0)
                return null;
            if (part == "..")
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "."))
                parts.Add(part);
        }
        return string.Join('/', parts);
    }
}
