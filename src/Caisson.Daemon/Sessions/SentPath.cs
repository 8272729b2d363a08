using Caisson.Oci.Tar;

namespace Caisson.Daemon.Sessions;

/// <summary>Paths that the other side sends: relative, clean and of a length that the kernel takes, or refused.</summary>
internal static class SentPath
{
    private const int MaxBytes = 4095;
    private const int MaxDepth = 255;
    private const int MaxNameBytes = 255;

    /// <summary>The directory part, empty for the top, and the name.</summary>
    /// <exception cref="InvalidDataException">The path is none that may be sent.</exception>
    public static (string Parent, string Name) Split(string path)
    {
        if (path.Length == 0 || PathText.GetByteCount(path) > MaxBytes || path.Contains('\0', StringComparison.Ordinal))
            throw Bad(path);
        int depth = 0;
        foreach (Range part in path.AsSpan().Split('/'))
        {
            if (path.AsSpan(part) is "" or "." or ".." || ++depth > MaxDepth || PathText.GetByteCount(path.AsSpan(part)) > MaxNameBytes)
                throw Bad(path);
        }
        int slash = path.LastIndexOf('/');
        return slash < 0 ? ("", path) : (path[..slash], path[(slash + 1)..]);
    }

    private static InvalidDataException Bad(string path) => new($"the client sends \"{(path.Length > 200 ? path[..200] + "…" : path)}\", which is no path within a directory");
}
