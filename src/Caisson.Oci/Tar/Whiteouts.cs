namespace Caisson.Oci.Tar;

/// <summary>The names by which a layer says what the layers below it lose.</summary>
/// <remarks>
/// image-spec v1.1.1, layer.md, "Whiteouts": an empty file ".wh.NAME" removes NAME from its directory, ".wh..wh..opq" hides
/// all that was in it. Other names with ".wh..wh." are what AUFS kept in its branches (".wh..wh.aufs", ".wh..wh.plnk",
/// ".wh..wh.orph", aufs(5)); Docker and containerd ignore them, and so do we, with all that lies below them.
/// </remarks>
public static class Whiteouts
{
    /// <summary>How the name of a whiteout begins. No other file in a layer can have such a name.</summary>
    public const string Prefix = ".wh.";

    /// <summary>The name of the entry that makes its directory opaque.</summary>
    public const string OpaqueName = ".wh..wh..opq";

    private const string MetadataPrefix = ".wh..wh.";

    /// <summary>The path of the entry that removes a path.</summary>
    /// <param name="path">What is removed, as <see cref="TarEntry.Path"/> is written; not the root.</param>
    /// <exception cref="ArgumentException">The path is the root, or its last part is itself a whiteout's name.</exception>
    public static string RemovalOf(string path)
    {
        int start = path.LastIndexOf('/') + 1;
        if (path.Length == 0 || IsReserved(path.AsSpan(start)))
            throw new ArgumentException($"no whiteout can remove \"{path}\"", nameof(path));
        return string.Concat(path.AsSpan(0, start), Prefix, path.AsSpan(start));
    }

    /// <summary>The path of the entry that makes a directory opaque.</summary>
    /// <param name="directory">The directory, as <see cref="TarEntry.Path"/> is written; empty for the root.</param>
    public static string OpaqueMarkerOf(string directory) => directory.Length == 0 ? OpaqueName : $"{directory}/{OpaqueName}";

    /// <summary>Whether a single name, not a path, is reserved for whiteouts.</summary>
    public static bool IsReserved(ReadOnlySpan<char> name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Tells what the path of an entry means.</summary>
    /// <param name="path">The path, as <see cref="TarEntry.Path"/> is written.</param>
    /// <param name="target">For a removal the path that is removed, for an opaque marker its directory; otherwise empty.</param>
    /// <exception cref="TarException">The whiteout would remove nothing, "." or "..": an attempt to leave the directory.</exception>
    public static WhiteoutKind Parse(string path, out string target)
    {
        target = "";
        if (!path.Contains(Prefix, StringComparison.Ordinal))
            return WhiteoutKind.None;
        int start = path.LastIndexOf('/') + 1;
        ReadOnlySpan<char> name = path.AsSpan(start);
        if (name is OpaqueName)
        {
            target = path[..Math.Max(0, start - 1)];
            return WhiteoutKind.Opaque;
        }
        if (HasMetadataPart(path))
            return WhiteoutKind.Metadata;
        if (!IsReserved(name))
            return WhiteoutKind.None;
        ReadOnlySpan<char> removed = name[Prefix.Length..];
        if (removed is "" or "." or "..")
            throw new TarException(TarErrorKind.UnsafePath, $"the whiteout removes \"{removed}\"", offset: 0, path);
        target = string.Concat(path.AsSpan(0, start), removed);
        return WhiteoutKind.Removal;
    }

    private static bool HasMetadataPart(ReadOnlySpan<char> path)
    {
        foreach (Range part in path.Split('/'))
        {
            if (path[part].StartsWith(MetadataPrefix, StringComparison.Ordinal))
                return true;
        }
        return false;
    }
}
