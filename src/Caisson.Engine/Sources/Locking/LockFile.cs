using System.Collections.Frozen;
using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Locking;

/// <summary>
/// What a build takes from outside, each thing with what exactly it is: one line each, sorted, so that people read it, and that two versions of it are merged line by line.
/// </summary>
/// <remarks>Immutable.</remarks>
internal sealed class LockFile
{
    private const string Head = "# Everything that the build takes from outside, and what exactly it is. Written by caisson lock; sorted; lines can be merged.";
    private const long MaxBytes = 256 << 20;

    private readonly FrozenDictionary<string, ImmutableArray<LockEntry>> _bySubject;

    /// <summary>Makes one.</summary>
    public LockFile(IEnumerable<LockEntry> entries)
    {
        Entries = [.. entries.DistinctBy(static e => e.Line).OrderBy(static e => e.Line, StringComparer.Ordinal)];
        _bySubject = Entries.GroupBy(static e => e.Subject).ToFrozenDictionary(static g => g.Key, static g => g.ToImmutableArray(), StringComparer.Ordinal);
    }

    /// <summary>The lines, sorted.</summary>
    public ImmutableArray<LockEntry> Entries { get; }

    /// <summary>Reads one.</summary>
    /// <exception cref="BuildException">It is not there, or cannot be read.</exception>
    public static LockFile Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                throw new BuildException(EngineCodes.BadLock, $"the lock file {path} has more than {MaxBytes} bytes", "write it anew: caisson lock --upgrade");
            return Parse(File.ReadLines(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string message = e is FileNotFoundException or DirectoryNotFoundException ? $"there is no lock file {path}" : $"the lock file {path} cannot be read: {e.Message}";
            throw new BuildException(EngineCodes.BadLock, message, "write it: caisson lock", e);
        }
    }

    /// <summary>Reads lines.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="place">Where they are from, for people.</param>
    /// <exception cref="BuildException">One is none of a lock file.</exception>
    public static LockFile Parse(IEnumerable<string> lines, string place)
    {
        List<LockEntry> entries = [];
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
                continue;
            try
            {
                entries.Add(LockEntry.Read(line));
            }
            catch (FormatException e)
            {
                string hint = line.StartsWith("<<<<<<<", StringComparison.Ordinal) || line.StartsWith("=======", StringComparison.Ordinal) ? "a merge left its marks: keep the lines of both sides, then see with caisson lock --check" : "write it anew: caisson lock --upgrade";
                throw new BuildException(EngineCodes.BadLock, $"{place}:{number}: {e.Message}", hint, e);
            }
        }
        return new LockFile(entries);
    }

    /// <summary>The text of the file.</summary>
    public string ToText() => string.Join('\n', [Head, .. Entries.Select(static e => e.Line), ""]);

    /// <summary>The entries that name something.</summary>
    public ImmutableArray<LockEntry> Find(string subject) => _bySubject.GetValueOrDefault(subject, []);

    /// <summary>The digest of an image; null when it is not named.</summary>
    public Digest? FindImage(Reference image, Platform platform) => Find(new LockEntry.Image(image.WithDefaultTag().ToString(), platform.ToString(), s_any).Subject) is [LockEntry.Image found, ..] ? found.Digest : null;

    /// <summary>The digest of a file of the web; null when it is not named.</summary>
    public Digest? FindHttp(string address) => Find(new LockEntry.Http(address, s_any).Subject) is [LockEntry.Http found, ..] ? found.Digest : null;

    /// <summary>The commit of a reference; null when it is not named.</summary>
    public LockEntry.Git? FindGit(string remote, string reference) => Find(new LockEntry.Git(remote, reference, null, "", null).Subject) is [LockEntry.Git found, ..] ? found : null;

    /// <summary>What a request is known to give; none when it is not named.</summary>
    public ImmutableArray<LockEntry> FindRequest(string method, string address, Digest? sent) => Find(new LockEntry.Network(method, address, sent, 0, 0, null, null).Subject);

    /// <summary>Whether an address is asked for at all, whatever is sent.</summary>
    public bool Names(string method, string address)
    {
        _names ??= Entries.OfType<LockEntry.Network>().Select(static n => (n.Method, n.Address)).ToFrozenSet();
        return _names.Contains((method, address));
    }

    private static readonly Digest s_any = Digest.OfBytes([]);
    private FrozenSet<(string, string)>? _names;
}
