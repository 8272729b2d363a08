using System.Collections.Immutable;
using System.IO.Compression;
using Caisson.Oci.Model;

namespace Caisson.Engine.Vendoring;

/// <summary>The files in which a module says under which terms it may be used.</summary>
internal static class Licences
{
    private const int MaxBytes = 4 << 20;
    private static readonly string[] Names = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE", "PATENTS"];

    /// <summary>One of them.</summary>
    /// <param name="File">Its name.</param>
    /// <param name="Digest">Its digest.</param>
    public sealed record Licence(string File, Digest Digest);

    /// <summary>Whether a file of this name is one.</summary>
    public static bool IsLicence(string name) => Names.Any(n => name.StartsWith(n, StringComparison.OrdinalIgnoreCase) && (name.Length == n.Length || name[n.Length] is '.' or '-' or '_'));

    /// <summary>Those at the top of a module's archive.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="module">The module: its files stand below <c>PATH@VERSION/</c>.</param>
    public static ImmutableArray<Licence> Of(ZipArchive archive, ModuleVersion module)
    {
        string prefix = $"{module.Path}@{module.Version}/";
        ImmutableArray<Licence>.Builder found = ImmutableArray.CreateBuilder<Licence>();
        foreach (ZipArchiveEntry file in archive.Entries.Where(e => e.FullName.StartsWith(prefix, StringComparison.Ordinal) && IsLicence(e.FullName[prefix.Length..]) && e.Length <= MaxBytes).OrderBy(static e => e.FullName, StringComparer.Ordinal))
        {
            using Stream content = file.Open();
            using MemoryStream copy = new();
            content.CopyTo(copy);
            found.Add(new Licence(file.FullName[prefix.Length..], Digest.OfBytes(copy.ToArray())));
        }
        return found.ToImmutable();
    }

    /// <summary>Those at the top of a directory.</summary>
    public static ImmutableArray<Licence> Of(string directory) =>
    [
        .. Directory.GetFiles(directory).Order(StringComparer.Ordinal)
            .Where(static f => IsLicence(Path.GetFileName(f)) && new FileInfo(f) is { LinkTarget: null, Length: <= MaxBytes })
            .Select(static f => new Licence(Path.GetFileName(f), Digest.OfBytes(File.ReadAllBytes(f)))),
    ];
}
