using Caisson.Linux.Native;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>
/// The directories that a layer names because something is put into them: those that exist below as they are, so that a reader of this layer alone
/// knows them, and those that are made.
/// </summary>
/// <param name="below">What the layer is laid over.</param>
/// <param name="mode">Permission bits of those that are made.</param>
/// <param name="owner">Who owns those that are made; null for root.</param>
internal sealed class DestinationDirectories(Func<string, FileEntry?> below, int mode, SandboxUser? owner)
{
    /// <summary>Permission bits of a directory that nobody asked for by name: 0755.</summary>
    public const int DefaultMode = 0x1ED;

    private readonly SortedDictionary<string, FileEntry> _directories = new(EntryPath.Order);

    /// <summary>The directories, in the order of a list.</summary>
    public IEnumerable<FileEntry> Entries => _directories.Values;

    /// <summary>The directories on the way to a path as they are, in the order of a list.</summary>
    /// <param name="below">Where they have to be.</param>
    /// <param name="path">The path.</param>
    /// <param name="asked">The path as it was asked for.</param>
    /// <exception cref="StepException">One is not there, or is no directory.</exception>
    public static List<FileEntry> OnTheWay(IFileTree below, string path, string asked)
    {
        List<FileEntry> directories = [];
        foreach (string directory in EntryPath.Ancestors(path))
        {
            FileEntry found = below.Find(directory) ?? throw StepException.NoDirectory("/" + directory, asked);
            directories.Add(found.IsDirectory ? found with { IsOpaque = false, IsImplied = false } : throw StepException.NotADirectory("/" + directory));
        }
        return directories;
    }

    /// <summary>What stands at a path, in this layer or below.</summary>
    public FileEntry? Find(string path) => _directories.GetValueOrDefault(path) ?? below(path);

    /// <summary>Whether a path is a directory, in this layer or below.</summary>
    public bool Contains(string path) => path.Length == 0 || Find(path) is { IsDirectory: true };

    /// <summary>Makes sure of a directory and of those on the way to it.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="isTaken">Whether the layer has something else at a path.</param>
    /// <exception cref="StepException">Something that is no directory stands there.</exception>
    public void Ensure(string path, Func<string, bool>? isTaken = null)
    {
        foreach (string directory in EntryPath.Ancestors(path).Append(path).Where(static d => d.Length > 0))
        {
            if (_directories.ContainsKey(directory))
                continue;
            FileEntry? existing = below(directory);
            if (existing is { IsDirectory: false } || isTaken?.Invoke(directory) == true)
                throw StepException.NotADirectory("/" + directory);
            _directories.Add(directory, existing is null ? New(directory) : existing with { IsOpaque = false, IsImplied = false });
        }
    }

    /// <summary>Makes a directory as it is given, where nothing is.</summary>
    public void Add(FileEntry directory) => _directories.Add(directory.Path, directory);

    /// <summary>Gives a directory that was made sure of the time of the one that is copied over it.</summary>
    public void SetTime(string path, FileTime? time)
    {
        if (_directories.TryGetValue(path, out FileEntry? directory))
            _directories[path] = directory with { Modified = time };
    }

    private FileEntry New(string path) => new() { Path = path, Kind = EntryKind.Directory, Mode = mode, Uid = owner?.Uid ?? 0, Gid = owner?.Gid ?? 0 };
}
