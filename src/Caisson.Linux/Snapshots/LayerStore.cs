using System.Collections.Immutable;
using Caisson.Linux.Files;
using Caisson.Linux.Native;

namespace Caisson.Linux.Snapshots;

/// <summary>
/// The layers on disk. Each has a directory named by its id, in which stand the forms it has taken so far: <c>fs</c>, the directory that
/// overlay mounts, and <c>list2</c>, the list of its entries; besides these <c>times</c> and <c>began</c>, what its directory does not tell of the times of entries, and <c>records</c>,
/// what it does not tell of their owners and modes. A form appears
/// whole, by a rename, and never changes.
/// </summary>
/// <remarks>Thread-safe, and safe between processes.</remarks>
public sealed class LayerStore
{
    private const string FileSystemName = "fs";
    private const string ListName = "list2"; // the number is that of the format: a list of another one is none
    private const string TimesName = "times";
    private const string BeganName = "began";
    private const string RecordsName = "records";

    private const string AboutName = "about";
    private const string SpaceName = "space";

    private readonly string _path;
    private readonly FileSystemSync _sync;
    private int _published;

    /// <summary>Uses a directory, which is made when it is not there.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="marks">The marks in the layers' directories.</param>
    /// <param name="sync">Tells what survived a loss of power.</param>
    public LayerStore(string path, OverlayMarks marks, FileSystemSync sync)
    {
        _path = Directory.CreateDirectory(path).FullName;
        _sync = sync;
        Marks = marks;
    }

    /// <summary>The marks in the layers' directories.</summary>
    public OverlayMarks Marks { get; }

    /// <summary>Keeps others from removing what is used here; null when nobody removes anything.</summary>
    public Claims? Claims { get; init; }

    /// <summary>A layer's directory as overlay mounts it; null when it has not taken this form.</summary>
    public string? FindDirectory(LayerId id) => FindForm(id, FileSystemName);

    /// <summary>A layer's list; null when it has not taken this form.</summary>
    public string? FindList(LayerId id) => FindForm(id, ListName);

    /// <summary>The list of those entries of a written layer that carry other times than its directory shows (<see cref="InheritedTimes"/>); null when there are none.</summary>
    public string? FindTimes(LayerId id) => FindForm(id, TimesName);

    /// <summary>The list of those entries of an unpacked layer that its directory does not tell of as they are (<see cref="RecordedTree"/>); null when there are none.</summary>
    public string? FindRecords(LayerId id) => FindForm(id, RecordsName);

    /// <summary>When the step began that wrote the layer (<see cref="TimedTree"/>); null when that does not count.</summary>
    /// <exception cref="InvalidDataException">What is written there is no time.</exception>
    public FileTime? FindBeginning(LayerId id) => FindForm(id, BeganName) is { } file ? FileTime.Parse(File.ReadAllText(file)) : null;

    /// <summary>A file of the layer's own, for what others keep of it (a blob's name, for example).</summary>
    /// <param name="id">The layer.</param>
    /// <param name="name">The file's name.</param>
    public string PathOf(LayerId id, string name)
    {
        Claims?.Add(NameOf(id));
        return Path.Combine(_path, id.Value, name);
    }

    /// <summary>Notes that a layer was used: the time of its own directory says when that was last.</summary>
    public void MarkUsed(LayerId id, FileTime now)
    {
        using DirectoryHandle layers = DirectoryHandle.Open(_path);
        layers.TrySetModified(id.Value, now); // a layer of an image that nobody needed to unpack is not there
    }

    /// <summary>Says what a layer came about by, for people to read. The first word stays.</summary>
    /// <param name="id">The layer.</param>
    /// <param name="text">For example the instruction.</param>
    /// <param name="file">A name for a new file on the store's file system.</param>
    public void Describe(LayerId id, string text, string file)
    {
        if (FindForm(id, AboutName) is not null)
            return;
        File.WriteAllText(file, text);
        PublishFile(id, file, AboutName);
    }

    /// <summary>All layers, by name, with what each takes of the disk. Nothing is claimed by that.</summary>
    /// <param name="newFile">Gives names for new files on the store's file system: what was measured of a directory, which never changes, is kept.</param>
    /// <param name="parallelism">How many directories are measured at once.</param>
    /// <param name="ct">Gives up.</param>
    public Task<ImmutableArray<StoredLayer>> ListAsync(Func<string> newFile, int parallelism, CancellationToken ct) =>
        new LayerListing(_path, FileSystemName, SpaceName, AboutName).ReadAsync(newFile, parallelism, ct);

    /// <summary>Gives a layer its directory. When it has one already, that one stays.</summary>
    /// <param name="id">The layer.</param>
    /// <param name="directory">The finished directory, on the store's file system; gone afterwards.</param>
    /// <returns>Where it is now.</returns>
    public string PublishDirectory(LayerId id, string directory)
    {
        if (!Publish(id, directory, FileSystemName))
            DirectoryRemoval.Remove(directory);
        return PathOf(id, FileSystemName);
    }

    /// <summary>Gives a layer its list. When it has one already, that one stays.</summary>
    /// <param name="id">The layer.</param>
    /// <param name="file">The finished file, on the store's file system; gone afterwards.</param>
    /// <returns>Where it is now.</returns>
    public string PublishList(LayerId id, string file) => PublishFile(id, file, ListName);

    /// <summary>Says which entries of a written layer carry other times than its directory shows. To be done before the layer gets its directory.</summary>
    /// <param name="id">The layer.</param>
    /// <param name="file">The finished list, on the store's file system; gone afterwards.</param>
    public void PublishTimes(LayerId id, string file) => PublishFile(id, file, TimesName);

    /// <summary>Says what a layer's directory does not tell. To be done before the layer gets its directory.</summary>
    /// <param name="id">The layer.</param>
    /// <param name="records">The entries, in order; none is as good as no call.</param>
    /// <param name="file">A name for a new file on the store's file system.</param>
    public void PublishRecords(LayerId id, ImmutableArray<FileEntry> records, string file)
    {
        if (records.IsEmpty)
            return;
        using (FileListWriter writer = new(file))
        {
            foreach (FileEntry record in records)
                writer.Add(record);
            writer.Complete();
        }
        PublishFile(id, file, RecordsName);
    }

    /// <summary>Says when the step began that wrote a layer. To be done before the layer gets its directory.</summary>
    /// <param name="id">The layer.</param>
    /// <param name="began">The time of the store's file system.</param>
    /// <param name="file">A name for a new file on the store's file system.</param>
    public void PublishBeginning(LayerId id, FileTime began, string file)
    {
        File.WriteAllText(file, began.ToString());
        PublishFile(id, file, BeganName);
    }

    /// <summary>Keeps a finished file beside a layer, for others; the first stays.</summary>
    /// <param name="id">The layer.</param>
    /// <param name="file">The file, on the store's file system; gone afterwards.</param>
    /// <param name="name">Its name there.</param>
    public void PublishNote(LayerId id, string file, string name) => PublishFile(id, file, name);

    /// <summary>A file that is kept beside a layer; null when there is none.</summary>
    public string? FindNote(LayerId id, string name) => FindForm(id, name);

    /// <summary>Removes a layer that nobody else can have learnt of.</summary>
    /// <param name="id">The layer.</param>
    /// <param name="trash">A new path on the store's file system, to remove it from at leisure.</param>
    /// <exception cref="IOException">It stays, or some of it in the trash.</exception>
    public void Discard(LayerId id, string trash)
    {
        Directory.Move(Path.Combine(_path, id.Value), trash);
        DirectoryRemoval.Remove(trash);
    }

    /// <summary>Writes everything published so far to disk, when anything was.</summary>
    /// <exception cref="SystemCallException">The disk failed.</exception>
    public void Flush()
    {
        if (Interlocked.Exchange(ref _published, 0) != 0)
            _sync.Flush();
    }

    private string PublishFile(LayerId id, string file, string form)
    {
        if (!Publish(id, file, form))
            File.Delete(file);
        return PathOf(id, form);
    }

    private string NameOf(LayerId id) => $"{Path.GetFileName(_path)}/{id.Value}";

    private string? FindForm(LayerId id, string form)
    {
        Claims?.Add(NameOf(id));
        try
        {
            using DirectoryHandle layer = DirectoryHandle.Open(Path.Combine(_path, id.Value));
            return layer.TryStatus(form) is { } status && _sync.IsTrusted(status.Changed) ? PathOf(id, form) : null;
        }
        catch (SystemCallException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    private bool Publish(LayerId id, string finished, string form)
    {
        Interlocked.Exchange(ref _published, 1);
        Claims?.AddNew(NameOf(id));
        string layerPath = Directory.CreateDirectory(Path.Combine(_path, id.Value)).FullName;
        using DirectoryHandle from = DirectoryHandle.Open(Path.GetDirectoryName(finished) ?? "/");
        using DirectoryHandle layer = DirectoryHandle.Open(layerPath);
        // Looked at once: what another publishes meanwhile is not taken for what was there.
        if (layer.TryStatus(form) is { } distrusted && !_sync.IsTrusted(distrusted.Changed))
        {
            if (distrusted.IsDirectory)
                DirectoryRemoval.Remove(layer, form);
            else
                layer.RemoveFile(form);
        }
        return from.TryRenameNew(Path.GetFileName(finished), layer, form);
    }
}
