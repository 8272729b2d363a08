namespace Caisson.Oci.Tar;

/// <summary>The one form in which paths of entries are written: parts divided by single slashes, no ".", no "..", no slash at the ends.</summary>
internal static class TarPath
{
    private const int StackBytes = 256;

    /// <summary>Whether a path has that form. The empty path is the root.</summary>
    public static bool IsNormal(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty)
            return true;
        if (path.Contains('\0'))
            return false;
        foreach (Range part in path.Split('/'))
        {
            if (path[part] is "" or "." or "..")
                return false;
        }
        return true;
    }

    /// <summary>Brings a path of an archive into that form.</summary>
    /// <param name="bytes">The path as the archive has it.</param>
    /// <param name="what">What to call it in messages.</param>
    /// <param name="options">The limits, and what to do with leading slashes.</param>
    /// <param name="errors">Makes the exceptions.</param>
    /// <exception cref="TarException">The path is unsafe or beyond a limit.</exception>
    public static string Normalize(ReadOnlySpan<byte> bytes, string what, TarReaderOptions options, TarErrorContext errors)
    {
        if (bytes.IsEmpty)
            throw errors.Malformed($"the {what} is empty");
        if (bytes.Contains((byte)0))
            throw errors.Fail(TarErrorKind.UnsafePath, $"the {what} has a NUL");
        if (bytes[0] == '/' && !options.StripLeadingSlashes)
            throw errors.Fail(TarErrorKind.UnsafePath, $"the {what} is absolute");
        Span<byte> normal = bytes.Length <= StackBytes ? stackalloc byte[StackBytes] : new byte[bytes.Length];
        int length = 0;
        int depth = 0;
        foreach (Range range in bytes.Split((byte)'/'))
        {
            ReadOnlySpan<byte> part = bytes[range];
            if (part.IsEmpty || part.SequenceEqual("."u8))
                continue;
            if (part.SequenceEqual(".."u8))
            {
                // "/.." is "/"; a relative path that begins above where it starts is refused.
                if (!options.WorksOutParents || (depth == 0 && bytes[0] != '/'))
                    throw errors.Fail(TarErrorKind.UnsafePath, $"the {what} contains \"..\"");
                length = Math.Max(0, normal[..length].LastIndexOf((byte)'/'));
                depth = Math.Max(0, depth - 1);
                continue;
            }
            if (length > 0)
                normal[length++] = (byte)'/';
            part.CopyTo(normal[length..]);
            length += part.Length;
            depth++;
        }
        errors.Limit(length, options.MaxPathBytes, $"the length of the {what}");
        errors.Limit(depth, options.MaxPathDepth, $"the depth of the {what}");
        return PathText.Decode(normal[..length]);
    }
}
