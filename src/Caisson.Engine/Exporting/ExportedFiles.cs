using System.Collections.Immutable;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Exporting;

/// <summary>All files of a result as they are written, without an image: those of several platforms each in its directory, or in one.</summary>
/// <param name="parts">The files of each platform.</param>
internal sealed class ExportedFiles(ImmutableArray<FilesPart> parts)
{
    private const int DirectoryMode = 0x1ED; // 0755

    /// <summary>Files beside those of the result.</summary>
    public ImmutableArray<AttachedFile> Attached { get; init; } = [];

    /// <summary>Whether a file may change meanwhile.</summary>
    public bool CanChange => parts.Any(static p => p.Tree.CanChange);

    /// <summary>The directory that a platform's files go to when platforms are split.</summary>
    public static string DirectoryOf(Platform platform) => platform.ToString().Replace('/', '_');

    /// <summary>All entries but the root, directories before what they hold, with the times that they carry; further names of one file as hard links.</summary>
    /// <remarks>How layers hide and imply things is nothing for whoever reads the result.</remarks>
    /// <exception cref="BuildException">Two platforms have different files of one path.</exception>
    public IEnumerable<FileEntry> Entries()
    {
        // By path, the platform that it is from; null when no two parts can meet.
        Dictionary<string, FilesPart>? seen = parts.Count(static p => p.Directory.Length == 0) > 1 ? new(StringComparer.Ordinal) : null;
        foreach (FilesPart part in parts)
        {
            if (part.Directory.Length > 0)
                yield return new FileEntry { Path = part.Directory, Kind = EntryKind.Directory, Mode = DirectoryMode, Modified = part.Form.Time };
            foreach (FileEntry entry in Walk(part, "", new Dictionary<string, string>(StringComparer.Ordinal)))
            {
                if (seen is null || seen.TryAdd(entry.Path, part))
                    yield return entry;
                else if (!entry.IsDirectory || seen[entry.Path].Tree.Find(entry.Path) is { IsDirectory: false })
                    throw Clash(entry.Path, seen[entry.Path], part);
            }
        }
        foreach (AttachedFile file in Attached)
            yield return file.Entry;
    }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The path of its entry.</param>
    public SafeFileHandle Open(string path)
    {
        if (Attached.FirstOrDefault(a => a.Path == path) is { } attached)
            return File.OpenHandle(attached.SourcePath);
        foreach (FilesPart part in parts)
        {
            if (part.Directory.Length > 0 && !path.StartsWith(part.Directory + "/", StringComparison.Ordinal))
                continue;
            string within = part.Directory.Length > 0 ? path[(part.Directory.Length + 1)..] : path;
            if (parts.Length == 1 || part.Tree.Find(within) is { Kind: EntryKind.File })
                return part.Tree.Open(within);
        }
        throw new FileNotFoundException($"no platform has the file \"{path}\"", path);
    }

    private static IEnumerable<FileEntry> Walk(FilesPart part, string directory, Dictionary<string, string> firstNames)
    {
        foreach (FileEntry child in part.Tree.Children(directory))
        {
            string path = part.Directory.Length > 0 ? $"{part.Directory}/{child.Path}" : child.Path;
            FileEntry entry = child with { Path = path, IsOpaque = false, IsImplied = false, Modified = part.Form.TimeOf(child.Modified) };
            yield return child.LinkGroup is { } group && !firstNames.TryAdd(group, path)
                ? entry with { Kind = EntryKind.HardLink, LinkTarget = firstNames[group], SizeBytes = 0 }
                : entry;
            if (!child.IsDirectory)
                continue;
            foreach (FileEntry below in Walk(part, child.Path, firstNames))
                yield return below;
        }
    }

    private static BuildException Clash(string path, FilesPart first, FilesPart second) => new(
        EngineCodes.ExportFailed,
        $"\"{path}\" is among the files for {first.Exported.Platform} and among those for {second.Exported.Platform}",
        "leave platform-split=false away, so that each platform has a directory of its own");
}
