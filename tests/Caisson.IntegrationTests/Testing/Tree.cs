using System.Globalization;
using System.Security.Cryptography;
using Caisson.Linux.Native;

namespace Caisson.IntegrationTests.Testing;

/// <summary>All files below a directory, each as a line of text, to compare what different programs made of the same image.</summary>
internal static class Tree
{
    private const string Blank = " ";
    private const int MaxShown = 12;

    /// <summary>The lines, sorted. Further names of one file tell the first one.</summary>
    public static string[] Read(string path, TreeFacets facets = TreeFacets.All)
    {
        List<string> lines = [];
        using DirectoryHandle root = DirectoryHandle.Open(path);
        Read(root, path, "", facets, new Dictionary<ulong, string>(), lines);
        return [.. lines.Order(StringComparer.Ordinal)];
    }

    /// <summary>Fails with the lines that only one of them has.</summary>
    public static void Same(string[] expected, string[] actual) =>
        Assert.True(expected.SequenceEqual(actual), $"missing:\n{Lines(expected.Except(actual))}\nunexpected:\n{Lines(actual.Except(expected))}");

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines.Take(MaxShown));

    private static void Read(DirectoryHandle directory, string path, string prefix, TreeFacets facets, Dictionary<ulong, string> firstNames, List<string> lines)
    {
        foreach (string name in directory.List().Order(StringComparer.Ordinal))
        {
            FileStatus status = directory.Status(name);
            if (IsDevice(status) && !facets.HasFlag(TreeFacets.Devices))
                continue;
            string full = prefix + name;
            if (!status.IsDirectory && status.LinkCount > 1 && !firstNames.TryAdd(status.Inode, full))
            {
                lines.Add($"{full} is {firstNames[status.Inode]}");
                continue;
            }
            lines.Add(string.Join(Blank, Facts(directory, path, name, full, status, facets)));
            if (!status.IsDirectory)
                continue;
            using DirectoryHandle below = directory.OpenDirectory(name);
            Read(below, Path.Combine(path, name), full + "/", facets, firstNames, lines);
        }
    }

    private static IEnumerable<string> Facts(DirectoryHandle directory, string path, string name, string full, FileStatus status, TreeFacets facets)
    {
        yield return full;
        yield return status.Kind.ToString();
        if (status.Kind != FileKind.SymbolicLink)
            yield return Convert.ToString(status.Mode, 8);
        if (facets.HasFlag(TreeFacets.Owners))
            yield return string.Create(CultureInfo.InvariantCulture, $"{status.Uid}:{status.Gid}");
        if (facets.HasFlag(TreeFacets.Times))
            yield return string.Create(CultureInfo.InvariantCulture, $"@{status.Modified.Seconds}");
        if (status.Kind == FileKind.SymbolicLink)
            yield return "-> " + directory.ReadLink(name);
        if (status.Kind == FileKind.File)
            yield return string.Create(CultureInfo.InvariantCulture, $"{status.SizeBytes} {DigestOf(Path.Combine(path, name))}");
        if (IsDevice(status))
            yield return string.Create(CultureInfo.InvariantCulture, $"{status.DeviceMajor},{status.DeviceMinor}");
        if (!facets.HasFlag(TreeFacets.Attributes) || status.Kind is not (FileKind.File or FileKind.Directory))
            yield break;
        foreach (string attribute in directory.ListAttributes(name).Order(StringComparer.Ordinal))
            yield return $"{attribute}={Convert.ToHexString(directory.TryGetAttribute(name, attribute) ?? [])}";
    }

    private static bool IsDevice(FileStatus status) => status.Kind is FileKind.CharacterDevice or FileKind.BlockDevice;

    private static string DigestOf(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }
}
