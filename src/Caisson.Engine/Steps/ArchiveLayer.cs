using Caisson.Engine.Graph;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Works out where the entries of an archive come to stand that ADD unpacks.</summary>
/// <remarks>
/// The rules of Docker's archive package, with the destination as the root of all: entries replace what is there, directories merge; a link that is there
/// is followed on the way to an entry, when the archive does not name it itself. Owners, modes and times are the archive's, <c>--chown</c> changes the
/// first, and neither <c>--chmod</c> nor <c>--exclude</c> means anything. Directories that the archive does not name are 0755 of root.
/// </remarks>
internal sealed class ArchiveLayer
{
    private readonly Func<string, FileEntry?> _below;
    private readonly SandboxUser? _owner;
    private readonly string _destination;
    private readonly DestinationDirectories _onTheWay;
    private readonly DestinationDirectories _implied;
    private readonly List<ContentRoot> _roots;

    // Where each directory of the archive is in the layer, and the root that its files' bytes are found by.
    private readonly Dictionary<string, (string Target, int Origin)> _places = new(StringComparer.Ordinal);

    /// <summary>Starts a layer.</summary>
    /// <param name="copy">What is asked for.</param>
    /// <param name="below">What the archive is unpacked over.</param>
    /// <param name="owner">The owner that everything gets; null to keep the archive's.</param>
    /// <param name="roots">Where the bytes of the layer's files are; added to.</param>
    public ArchiveLayer(Operation.Copy copy, Func<string, FileEntry?> below, SandboxUser? owner, List<ContentRoot> roots)
    {
        _below = below;
        _owner = owner;
        _roots = roots;
        _destination = TreePath.Resolve(below, copy.Destination);
        _onTheWay = new DestinationDirectories(below, DestinationDirectories.DefaultMode, owner);
        _implied = new DestinationDirectories(_onTheWay.Find, DestinationDirectories.DefaultMode, owner: null);
    }

    /// <summary>The layer's entries: first those of directories that only hold others, then the archive's own in the order of a list.</summary>
    /// <exception cref="StepException">Something that is no directory stands where one is needed.</exception>
    public IEnumerable<FileEntry> Entries(UnpackedArchive archive)
    {
        _onTheWay.Ensure(_destination);
        _places[""] = (_destination, NewRoot(archive, "", _destination));
        List<FileEntry> entries = [];
        foreach (FileEntry entry in archive.Entries().Where(static e => e.Path.Length > 0))
        {
            (string parent, int origin) = _places[EntryPath.Parent(entry.Path)];
            string target = EntryPath.Join(parent, EntryPath.Name(entry.Path));
            if (entry.IsImplied)
                PassThrough(archive, entry, target, origin);
            else
                entries.Add(Place(entry, target, origin));
        }
        return [.. _onTheWay.Entries, .. _implied.Entries, .. entries];
    }

    private FileEntry Place(FileEntry entry, string target, int origin)
    {
        if (entry.IsDirectory)
            _places[entry.Path] = (target, origin);
        return entry with
        {
            Path = target,
            Origin = entry.Kind == EntryKind.File ? origin : FileEntry.NoOrigin,
            Uid = _owner?.Uid ?? entry.Uid,
            Gid = _owner?.Gid ?? entry.Gid,
        };
    }

    private void PassThrough(UnpackedArchive archive, FileEntry entry, string target, int origin)
    {
        string within = TreePath.Resolve(path => _below(EntryPath.Join(_destination, path)), target[_destination.Length..]);
        string real = EntryPath.Join(_destination, within);
        _implied.Ensure(real);
        _places[entry.Path] = (real, real == target ? origin : NewRoot(archive, entry.Path, real));
    }

    private int NewRoot(UnpackedArchive archive, string source, string target)
    {
        _roots.Add(new ContentRoot(archive, source, target));
        return _roots.Count;
    }
}
