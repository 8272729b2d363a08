using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Caisson.Engine.Vendoring;

/// <summary>Works out the hashes that a <c>go.sum</c> has.</summary>
/// <remarks>golang.org/x/mod/sumdb/dirhash, "Hash1": SHA-256 of the lines <c>SHA-256␣␣NAME</c> of all files, names in ordinal order, in base 64.</remarks>
internal static class ModuleHash
{
    /// <summary>How hashes of this kind begin.</summary>
    public const string Prefix = "h1:";

    private const int MaxFiles = 1_000_000;

    /// <summary>The hash of a module's archive.</summary>
    /// <exception cref="InvalidDataException">It is no archive, or one that Go would not take.</exception>
    public static string OfArchive(ZipArchive archive)
    {
        if (archive.Entries.Count > MaxFiles)
            throw new InvalidDataException("the archive of a module has too many files");
        StringBuilder lines = new();
        foreach (ZipArchiveEntry file in archive.Entries.OrderBy(static e => e.FullName, Utf8Order.Instance))
        {
            if (file.FullName.Contains('\n', StringComparison.Ordinal))
                throw new InvalidDataException("a file of a module has a line break in its name");
            using Stream content = file.Open();
            lines.Append(Convert.ToHexStringLower(SHA256.HashData(content))).Append("  ").Append(file.FullName).Append('\n');
        }
        return Prefix + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString())));
    }

    /// <summary>The hash of a go.mod alone.</summary>
    public static string OfGoMod(ReadOnlySpan<byte> content) =>
        Prefix + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{Convert.ToHexStringLower(SHA256.HashData(content))}  go.mod\n")));

    private sealed class Utf8Order : IComparer<string>
    {
        public static Utf8Order Instance { get; } = new();

        public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x ?? "").AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y ?? ""));
    }
}
