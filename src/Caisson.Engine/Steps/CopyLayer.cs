using System.Collections.Immutable;
using System.Globalization;
using Caisson.Dockerfile.Syntax;
using Caisson.Engine.Graph;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Works out the layer that a copy makes: its list, and where its bytes are. Nothing is copied yet.</summary>
/// <remarks>
/// The rules are those of the Dockerfile reference, "COPY", and of BuildKit where it says more: of a directory its content is copied; a file goes
/// into a destination that is a directory; directories that do not exist are made, the destination among them; the destination keeps its attributes but
/// for its time, directories below it take those of the source, and those that are only passed through on the way to what was asked for take its mode
/// where they exist; a file replaces a file or a link, but never a directory.
/// </remarks>
internal sealed class CopyLayer
{
    private readonly Func<string, FileEntry?> _below;
    private readonly Operation.Copy _copy;
    private readonly SandboxUser? _owner;
    private readonly FileModeChange? _mode;
    private readonly string _destination;
    private readonly DestinationDirectories _directories;
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly List<ContentRoot> _roots;

    /// <summary>Starts a layer.</summary>
    /// <param name="copy">What is asked for.</param>
    /// <param name="below">What it is copied to.</param>
    /// <param name="owner">The owner that everything gets; null to keep the source's.</param>
    /// <param name="roots">Where the bytes of the layer's files are; added to.</param>
    public CopyLayer(Operation.Copy copy, Func<string, FileEntry?> below, SandboxUser? owner, List<ContentRoot> roots)
    {
        _copy = copy;
        _below = below;
        _owner = owner;
        _roots = roots;
        _mode = copy.Mode is null ? null : FileModeChange.TryParse(copy.Mode, out FileModeChange? mode) ? mode : throw new ArgumentException($"\"{copy.Mode}\" is not a mode", nameof(copy));
        _destination = TreePath.Resolve(below, copy.Destination);
        // As in BuildKit, a number is the mode of directories on the way too, but for its set-id and sticky bits; changes are not applied to them.
        _directories = new DestinationDirectories(below, _mode?.Fixed & 0x1FF ?? DestinationDirectories.DefaultMode, owner);
    }

    /// <summary>The name at which a file replaced another of the same copy, because the destination is no directory; null when none did.</summary>
    public string? Overwritten { get; private set; }

    /// <summary>The layer's entries, in the order of a list.</summary>
    /// <exception cref="StepException">A file stands where a directory is needed, or the other way round.</exception>
    public IEnumerable<FileEntry> Entries(ImmutableArray<SelectedItem> items)
    {
        string parent = EntryPath.Parent(_destination);
        if (!_copy.MakesParents && !_directories.Contains(parent) && _below(parent) is null)
            throw StepException.NoDirectory("/" + parent, _copy.Destination);
        if (_copy.IntoDirectory && !items.IsEmpty)
            _directories.Ensure(_destination);
        List<Placed> placed = [.. items.Select(Place)];
        bool mayOverlap = placed.Count > 1;
        List<IEnumerable<FileEntry>> streams = [_directories.Entries, .. placed.Select((_, number) => Stream(placed, number))];
        return mayOverlap ? HardLinkNames.Settle(EntryMerge.Merge(streams)) : EntryMerge.Merge(streams);
    }

    // In the order of the sources, as if one after the other were copied.
    private Placed Place(SelectedItem item)
    {
        string target = HasOwnName(item) ? EntryPath.Join(_destination, item.Name) : _destination;
        _roots.Add(new ContentRoot(item.Source.Tree, item.Path, target));
        Placed placed = new(item, target, Origin: _roots.Count);
        if (item.IsDirectory)
            PlaceDirectory(placed);
        else
            PlaceFile(target);
        return placed;
    }

    // As with cp(1), what is at the destination by then counts, what the sources before this one put there too.
    private bool HasOwnName(SelectedItem item) => !item.IsDirectory ? _directories.Contains(_destination)
        : item.IsTakenItself && (_destination.Length == 0 || _directories.Find(_destination) is not null || _files.Contains(_destination));

    private void PlaceDirectory(Placed placed)
    {
        (SelectedItem item, string target, _) = placed;
        FileEntry? existing = _directories.Find(target);
        if ((existing is null && item.IsTakenItself && target.Length > 0) || (existing is { IsDirectory: false } && _copy.Replaces))
        {
            _directories.Ensure(EntryPath.Parent(target), _files.Contains);
            _directories.Add(Move(item.Top, placed, mayOverlap: false));
            return;
        }
        _directories.Ensure(target, _files.Contains);
        // As BuildKit's images have it: where nothing is put into a directory, its time is no change.
        bool isChanged = item.List.Count > 1 || _below(target) is null;
        bool hasTime = !item.Source.IsContext || item.Top.Modified is not null;
        if (isChanged && hasTime)
            _directories.SetTime(target, item.Top.Modified);
    }

    private void PlaceFile(string target)
    {
        if (_directories.Contains(target) && !_copy.Replaces)
            throw StepException.IsADirectory("/" + target);
        _directories.Ensure(EntryPath.Parent(target), _files.Contains);
        if (!_files.Add(target) && target == _destination)
            Overwritten = target;
    }

    private IEnumerable<FileEntry> Stream(List<Placed> all, int number)
    {
        Placed placed = all[number];
        bool mayOverlap = all.Count > 1;
        // The innermost directory, on the way to the entry at hand, that exists below: names in others cannot clash with anything.
        string? shared = _below(EntryPath.Parent(placed.Target)) is { IsDirectory: true } ? EntryPath.Parent(placed.Target) : null;
        foreach (FileEntry entry in placed.Item.List.Entries())
        {
            if (entry.Path.Length == 0 && placed.Item.IsDirectory)
            {
                shared = _below(placed.Target) is { IsDirectory: true } ? placed.Target : shared;
                continue;
            }
            FileEntry moved = Move(entry, placed, mayOverlap);
            while (shared is not null && !EntryPath.IsWithin(EntryPath.Parent(moved.Path), shared))
                shared = shared.Length == 0 ? null : EntryPath.Parent(shared);
            FileEntry? existing = shared == EntryPath.Parent(moved.Path) ? _below(moved.Path) : null;
            if (existing is not null)
                shared = CheckReplacement(moved, existing) ? moved.Path : shared;
            FileEntry? passed = !entry.IsImplied ? null : number > 0 ? Found(all, number, moved.Path) : existing;
            yield return passed is { IsDirectory: true } ? PassThrough(passed, entry) : moved;
        }
    }

    // What the source of a number finds at a path: what the sources before it put there, or what is below.
    private FileEntry? Found(List<Placed> all, int number, string path)
    {
        while (--number >= 0)
        {
            Placed placed = all[number];
            if (EntryPath.IsWithin(path, placed.Target) && placed.Item.List.Find(EntryPath.Below(path, placed.Target)) is { } entry)
                return entry.IsImplied && Found(all, number, path) is { IsDirectory: true } passed ? PassThrough(passed, entry) : Move(entry, placed, mayOverlap: true);
        }
        return _below(path);
    }

    private static FileEntry PassThrough(FileEntry existing, FileEntry source) => existing with { Mode = source.Mode, IsOpaque = false, IsImplied = false };

    // True when both are directories, which merge.
    private bool CheckReplacement(FileEntry moved, FileEntry existing)
    {
        if (moved.IsDirectory && !existing.IsDirectory && !_copy.Replaces)
            throw StepException.NotADirectory("/" + moved.Path);
        if (!moved.IsDirectory && existing.IsDirectory && !_copy.Replaces)
            throw StepException.IsADirectory("/" + moved.Path);
        return moved.IsDirectory && existing.IsDirectory;
    }

    private FileEntry Move(FileEntry entry, Placed placed, bool mayOverlap)
    {
        FileEntry copied = mayOverlap ? WithFile(entry, placed) : entry;
        return copied with
        {
            Path = EntryPath.Join(placed.Target, entry.Path),
            Origin = placed.Origin,
            IsImplied = false,
            LinkTarget = copied is { Kind: EntryKind.HardLink, LinkTarget: { } first } ? EntryPath.Join(placed.Target, first) : copied.LinkTarget,
            Uid = _owner?.Uid ?? copied.Uid,
            Gid = _owner?.Gid ?? copied.Gid,
            Mode = copied.Kind == EntryKind.SymbolicLink || _mode is null ? copied.Mode : _mode.Apply(copied.Mode, copied.IsDirectory),
        };
    }

    // Another source may replace the first name of a file: then the second name holds it.
    private static FileEntry WithFile(FileEntry entry, Placed placed)
    {
        FileEntry file = entry is { Kind: EntryKind.HardLink, LinkTarget: { } first } && placed.Item.List.Find(first) is { } found ? found : entry;
        return file.LinkGroup is { } group ? file with { LinkGroup = string.Create(CultureInfo.InvariantCulture, $"{placed.Origin}:{group}") } : file;
    }

    private sealed record Placed(SelectedItem Item, string Target, int Origin);
}
