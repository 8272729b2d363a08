using System.Collections.Immutable;
using System.Globalization;
using Caisson.Oci.Contents;
using Caisson.Oci.Tar;

namespace Caisson.Cli.Images;

/// <summary>Facts about files in words.</summary>
internal static class FileWords
{
    /// <summary>What a file is.</summary>
    public static string Of(TarEntryType type) => type switch
    {
        TarEntryType.Directory => "directory",
        TarEntryType.SymbolicLink => "symlink",
        TarEntryType.CharacterDevice => "character device",
        TarEntryType.BlockDevice => "block device",
        TarEntryType.Fifo => "fifo",
        _ => "file",
    };

    /// <summary>Permissions in octal digits.</summary>
    public static string Mode(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0');

    /// <summary>The time of the last change.</summary>
    public static string Time(FileFacts facts)
    {
        try
        {
            return DateTimeOffset.FromUnixTimeSeconds(facts.ModifiedSeconds).ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }
        catch (ArgumentOutOfRangeException) // beyond the year 9999
        {
            return facts.ModifiedSeconds.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>The names of attributes that are not the same.</summary>
    public static IEnumerable<string> DifferingXattrs(FileFacts a, FileFacts b) => a.Xattrs.Keys.Union(b.Xattrs.Keys).Order(StringComparer.Ordinal)
        .Where(n => !(a.Xattrs.TryGetValue(n, out ImmutableArray<byte> x) && b.Xattrs.TryGetValue(n, out ImmutableArray<byte> y) && x.AsSpan().SequenceEqual(y.AsSpan())));
}
