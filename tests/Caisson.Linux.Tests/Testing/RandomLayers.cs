using Caisson.Oci.Tar;

namespace Caisson.Linux.Tests.Testing;

/// <summary>Archives of layers as they could come, from a seed. Few names, so that entries meet often.</summary>
internal sealed class RandomLayers(int seed)
{
    private static readonly string[] Names = ["a", "b", "c", "a.b", "\uFFFF", "z"];

    private readonly Random _random = new(seed);

    /// <summary>The entries of one layer.</summary>
    public List<(TarEntry Entry, string Content)> Next()
    {
        List<(TarEntry, string)> entries = [];
        Dictionary<string, bool> own = new(StringComparer.Ordinal); // whether what this layer has at a path is a directory
        for (int i = _random.Next(1, 14); i > 0; i--)
        {
            string path = Path();
            if (Ancestors(path).Any(a => own.GetValueOrDefault(a, defaultValue: true) == false))
                continue; // through a file or a link of this layer: refused, which other tests show
            entries.Add(Entry(path, own));
        }
        return entries;
    }

    private (TarEntry Entry, string Content) Entry(string path, Dictionary<string, bool> own)
    {
        int mode = 0x100 | _random.Next(0x1000);
        string[] files = [.. own.Where(static o => !o.Value).Select(static o => o.Key)];
        foreach (string ancestor in Ancestors(path))
            own[ancestor] = true;
        switch (_random.Next(10))
        {
            case 0 or 1 or 2:
                own[path] = true;
                return Archives.Directory(path, mode, _random.Next(3), _random.Next(3));
            case 3:
                Replace(own, path);
                return Archives.Link(path, Names[_random.Next(Names.Length)]);
            case 4:
                Replace(own, path);
                return Archives.Node(TarEntryType.Fifo, path, mode);
            case 5:
                own.TryAdd(path, true); // no link can point to it
                return Archives.Removal(path);
            case 6 when own.GetValueOrDefault(path, defaultValue: true):
                own[path] = true;
                return Archives.Opaque(path);
            case 7 when files.Where(f => !Linux.Snapshots.EntryPath.IsWithin(f, path)).ToArray() is { Length: > 0 } targets:
                string target = targets[_random.Next(targets.Length)];
                Replace(own, path);
                return Archives.HardLink(path, target);
            default:
                Replace(own, path);
                return Archives.File(path, new string('x', _random.Next(5)), mode, _random.Next(3), _random.Next(3));
        }
    }

    private static void Replace(Dictionary<string, bool> own, string path)
    {
        foreach (string gone in own.Keys.Where(p => p.StartsWith(path + "/", StringComparison.Ordinal)).ToList())
            own.Remove(gone);
        own[path] = false;
    }

    private string Path() => string.Join('/', Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Names[_random.Next(Names.Length)]));

    private static IEnumerable<string> Ancestors(string path) => Linux.Snapshots.EntryPath.Ancestors(path);
}
