using System.Collections.Immutable;
using Caisson.Dockerfile.Syntax;
using Caisson.Engine.Graph;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Works out the layer that a copy makes: its list, and where its bytes are. Nothing is copied yet.</summary>
/// <remarks>
/// The rules are those of the Dockerfile reference, "COPY", and of BuildKit where it says more: of a directory its content is copied; a file goes
/// into a destination that is a directory; directories that do not exist are made, the destination among them; the destination keeps its attributes,
/// directories below it take those of the source; a file replaces a file or a link, but never a directory. Several files are not copied to one name,
/// which the reference says and BuildKit does not check.
/// </remarks>
internal sealed class CopyLayer
{
    private const int NewDirectoryMode = 0x1ED; // 0755

    private readonly IFileTree _below;
    private readonly Operation.Copy _copy;
    private readonly SandboxUser? _owner;
    private readonly FileModeChange? _mode;
    private readonly string _destination;
    private readonly SortedDictionary<string, FileEntry> _directories = new(EntryPath.Order);
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly ImmutableArray<ContentRoot>.Builder _roots = ImmutableArray.CreateBuilder<ContentRoot>();

    /// <summary>Starts a layer.</summary>
    /// <param name="copy">What is asked for.</param>
    /// <param name="below">What it is copied to.</param>
    /// <param name="owner">The owner that everything gets; null to keep the source's.</param>
    public CopyLayer(Operation.Copy copy, IFileTree below, SandboxUser? owner)
    {
        _copy = copy;
        _below = below;
        _owner = owner;
        _mode = copy.Mode is null ? null : FileModeChange.TryParse(copy.Mode, out FileModeChange? mode) ? mode : throw new ArgumentException($"\"{copy.Mode}\" is not a mode", nameof(copy));
        _destination = TreePath.Resolve(below, copy.Destination);
    }

    /// <summary>Where the bytes of the layer's files are.</summary>
    public ImmutableArray<ContentRoot> Roots => _roots.ToImmutable();

    /// <summary>The layer's entries, in the order of a list.</summary>
    /// <exception cref="StepException">A file stands where a directory is needed, or the other way round.</exception>
    public IEnumerable<FileEntry> Entries(ImmutableArray<SelectedItem> items)
    {
        if (_copy.IntoDirectory)
            EnsureDirectory(_destination);
        List<Placed> placed = [.. items.Select(Place)];
        bool mayOverlap = placed.Count > 1;
        List<IEnumerable<FileEntry>> streams = [_directories.Values, .. placed.Select((item, i) => Stream(item, i + 1, mayOverlap))];
        return EntryMerge.Merge(streams);
    }

    // In the order of the sources, as if one after the other were copied.
    private Placed Place(SelectedItem item)
    {
        string target = item.IsDirectory || !IsDirectory(_destination) ? _destination : EntryPath.Join(_destination, item.Name);
        if (item.IsDirectory)
            EnsureDirectory(target);
        else
            PlaceFile(target);
        _roots.Add(new ContentRoot(item.Source.Tree, item.Path, target));
        return new Placed(item, target);
    }

    private void PlaceFile(string target)
    {
        if (IsDirectory(target))
            throw StepException.IsADirectory("/" + target);
        EnsureDirectory(EntryPath.Parent(target));
        if (!_files.Add(target) && target == _destination)
            throw StepException.OneNameForSeveral("/" + target);
    }

    private bool IsDirectory(string path) => path.Length == 0 || _directories.ContainsKey(path) || _below.Find(path) is { IsDirectory: true };

    // Directories that exist are named in the layer as they are, so that a reader of this layer alone knows them.
    private void EnsureDirectory(string path)
    {
        foreach (string directory in EntryPath.Ancestors(path).Append(path).Where(static d => d.Length > 0))
        {
            if (_directories.ContainsKey(directory))
                continue;
            FileEntry? existing = _below.Find(directory);
            if (existing is { IsDirectory: false } || _files.Contains(directory))
                throw StepException.NotADirectory("/" + directory);
            _directories.Add(directory, existing is null ? NewDirectory(directory) : existing with { IsOpaque = false, IsImplied = false });
        }
    }

    private FileEntry NewDirectory(string path) => new()
    {
        Path = path,
        Kind = EntryKind.Directory,
        Mode = _mode?.Fixed ?? NewDirectoryMode,
        Uid = _owner?.Uid ?? 0,
        Gid = _owner?.Gid ?? 0,
    };

    private IEnumerable<FileEntry> Stream(Placed placed, int origin, bool mayOverlap)
    {
        // The innermost directory, on the way to the entry at hand, that exists below: names in others cannot clash with anything.
        string? shared = _below.Find(EntryPath.Parent(placed.Target)) is { IsDirectory: true } ? EntryPath.Parent(placed.Target) : null;
        foreach (FileEntry entry in placed.Item.List.Entries())
        {
            if (entry.Path.Length == 0 && placed.Item.IsDirectory)
            {
                shared = _below.Find(placed.Target) is { IsDirectory: true } ? placed.Target : shared;
                continue;
            }
            FileEntry moved = Move(entry, placed, origin, mayOverlap);
            while (shared is not null && !EntryPath.IsWithin(EntryPath.Parent(moved.Path), shared))
                shared = shared.Length == 0 ? null : EntryPath.Parent(shared);
            if (shared == EntryPath.Parent(moved.Path) && _below.Find(moved.Path) is { } existing)
                shared = CheckReplacement(moved, existing) ? moved.Path : shared;
            yield return moved;
        }
    }

    // True when both are directories, which merge.
    private static bool CheckReplacement(FileEntry moved, FileEntry existing)
    {
        if (moved.IsDirectory && !existing.IsDirectory)
            throw StepException.NotADirectory("/" + moved.Path);
        if (!moved.IsDirectory && existing.IsDirectory)
            throw StepException.IsADirectory("/" + moved.Path);
        return moved.IsDirectory;
    }

    private FileEntry Move(FileEntry entry, Placed placed, int origin, bool mayOverlap)
    {
        FileEntry copied = entry;
        // Another source may replace the first name of a file and must not change the second with it.
        if (entry is { Kind: EntryKind.HardLink, LinkTarget: { } first })
            copied = mayOverlap && placed.Item.List.Find(first) is { } file ? file : entry with { LinkTarget = EntryPath.Join(placed.Target, first) };
        return copied with
        {
            Path = EntryPath.Join(placed.Target, entry.Path),
            Origin = origin,
            Uid = _owner?.Uid ?? copied.Uid,
            Gid = _owner?.Gid ?? copied.Gid,
            Mode = copied.Kind == EntryKind.SymbolicLink || _mode is null ? copied.Mode : _mode.Apply(copied.Mode, copied.IsDirectory),
        };
    }

    private sealed record Placed(SelectedItem Item, string Target);
}
