using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Vendoring;

/// <summary>
/// Finds out which files of an archive the steps of a build use, wherever it was unpacked: by an instruction or by a program, with or without some of the leading parts
/// of its paths. Where it is in doubt, a file counts as used.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ArchiveUse : IFileUse
{
    private const int MaxSamples = 64;
    private const int MaxStripped = 3;

    private readonly Lock _changing = new();
    private readonly string[] _files;
    private readonly Dictionary<string, List<string>> _samples = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly int _sampleCount;

    /// <summary>Begins with nothing used.</summary>
    /// <param name="files">The paths of the files in the archive.</param>
    public ArchiveUse(IEnumerable<string> files)
    {
        _files = [.. files.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        int step = Math.Max(1, _files.Length / MaxSamples);
        for (int i = 0; i < _files.Length; i += step)
        {
            string name = EntryPath.Name(_files[i]);
            if (!_samples.TryGetValue(name, out List<string>? same))
                _samples[name] = same = [];
            same.Add(_files[i]);
            _sampleCount++;
        }
    }

    /// <summary>Whether the files were found somewhere.</summary>
    public bool WasUnpacked { get; private set; }

    /// <summary>Whether something was missed, so that a file that was not seen to be used may have been.</summary>
    public bool IsUncertain { get; private set; }

    /// <summary>The files that no step used, in ordinal order.</summary>
    public IReadOnlyList<string> Unused
    {
        get
        {
            lock (_changing)
                return [.. _files.Where(f => !_used.Contains(f))];
        }
    }

    /// <inheritdoc/>
    public void Ran(IFileTree before, IFileTree after, FileOpens opens)
    {
        HashSet<string> used = new(StringComparer.Ordinal);
        // Where it was before and is not any more, it was moved or removed: nobody can tell what for.
        List<Place> places = [.. FindPlaces(after).Union(FindPlaces(before))];
        foreach (Place place in places)
        {
            foreach ((string file, string path) in FilesAt(place))
            {
                bool wasThere = before.Find(path) is { IsDirectory: false };
                bool isThere = after.Find(path) is { IsDirectory: false };
                bool isUsed = wasThere ? !isThere || opens.Opened.Contains(path) : opens.Read.Contains(path);
                if (isUsed || (!opens.IsComplete && (wasThere || isThere)))
                    used.Add(file);
            }
        }
        lock (_changing)
        {
            WasUnpacked |= places.Count > 0;
            IsUncertain |= places.Count > 0 && !opens.IsComplete;
            _used.UnionWith(used);
        }
    }

    /// <inheritdoc/>
    public void Took(IFileTree from, string path)
    {
        HashSet<string> used = new(StringComparer.Ordinal);
        List<Place> places = FindPlaces(from);
        foreach (Place place in places)
            used.UnionWith(FilesAt(place).Where(f => EntryPath.IsWithin(f.Path, path)).Select(static f => f.File));
        lock (_changing)
        {
            WasUnpacked |= places.Count > 0;
            _used.UnionWith(used);
        }
    }

    /// <inheritdoc/>
    public void Shipped(IEnumerable<string> files)
    {
        // The archive itself may be among them; what is in it is not used by that.
    }

    // The directories of a tree below which most of the files stand, some parts of their paths left out or none.
    private List<Place> FindPlaces(IFileTree tree)
    {
        Dictionary<Place, int> found = [];
        Stack<string> left = new([""]);
        while (left.TryPop(out string? directory))
        {
            foreach (FileEntry entry in tree.Children(directory))
            {
                if (entry.IsDirectory)
                    left.Push(entry.Path);
                else if (_samples.TryGetValue(EntryPath.Name(entry.Path), out List<string>? files))
                    Count(entry.Path, files, found);
            }
        }
        return [.. found.Where(f => f.Value * 2 >= _sampleCount).Select(static f => f.Key)];
    }

    private static void Count(string path, List<string> files, Dictionary<Place, int> found)
    {
        foreach (string file in files)
        {
            for (int stripped = 0; stripped <= MaxStripped && Strip(file, stripped) is { } rest; stripped++)
            {
                if (path != rest && !path.EndsWith("/" + rest, StringComparison.Ordinal))
                    continue;
                Place place = new(stripped, path.Length == rest.Length ? "" : path[..^(rest.Length + 1)]);
                found[place] = found.GetValueOrDefault(place) + 1;
            }
        }
    }

    private IEnumerable<(string File, string Path)> FilesAt(Place place)
    {
        foreach (string file in _files)
        {
            if (Strip(file, place.Stripped) is { } rest)
                yield return (file, EntryPath.Join(place.Directory, rest));
        }
    }

    // Null when nothing is left.
    private static string? Strip(string path, int parts)
    {
        int start = 0;
        for (; parts > 0; parts--)
        {
            int slash = path.IndexOf('/', start);
            if (slash < 0)
                return null;
            start = slash + 1;
        }
        return path[start..];
    }

    private readonly record struct Place(int Stripped, string Directory);
}
