using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;

namespace Caisson.Engine.Caching;

/// <summary>
/// What steps came to, on disk. A record is found by the key of its definition; those of one operation are also found together, to look for one
/// whose inputs had the same content although they came about in another way.
/// </summary>
/// <remarks>Thread-safe, and safe between processes: a record is one small file that appears whole.</remarks>
internal sealed class StepCache
{
    // More candidates are seldom worth the comparison: the newest are the likely ones.
    private const int MaxCandidates = 8;

    private const int MaxAttempts = 100;

    private readonly string _records;
    private readonly string _operations;
    private readonly string _turns;
    private readonly WorkPlace _work;
    private readonly TimeProvider _time;

    /// <summary>Uses a directory, which is made when something is stored.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="work">For what is being made.</param>
    /// <param name="time">For waiting for other processes.</param>
    public StepCache(string path, WorkPlace work, TimeProvider time)
    {
        _records = Path.Combine(path, "steps");
        _operations = Path.Combine(path, "operations");
        _turns = Path.Combine(path, "turns");
        _work = work;
        _time = time;
    }

    /// <summary>Begins the turn at the step of a definition; null when another process has it.</summary>
    /// <returns>Ends the turn when disposed. It ends with the process, too.</returns>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public IDisposable? TryTakeTurn(Digest key)
    {
        Directory.CreateDirectory(_turns);
        string path = Path.Combine(_turns, key.Hex);
        return FileLock.TryAcquire(path) is { } held ? new Turn(path, held) : null;
    }

    /// <summary>Waits until no other process does the step of a definition. Whoever has waited looks for its result first.</summary>
    /// <returns>As <see cref="TryTakeTurn"/>.</returns>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public async Task<IDisposable> TakeTurnAsync(Digest key, CancellationToken ct)
    {
        string path = Path.Combine(_turns, key.Hex);
        return new Turn(path, await FileLock.AcquireAsync(path, _time, ct).ConfigureAwait(false));
    }

    /// <summary>The record of a definition; null when there is none that can be read.</summary>
    public StepRecord? Find(Digest key) => Read(RecordPath(key));

    /// <summary>Records of an operation, whatever its inputs were, the newest first.</summary>
    public IEnumerable<StepRecord> Candidates(Digest operation)
    {
        // By time: only how soon a match is found depends on it, not which result is right.
        foreach (FileInfo key in FilesOf(new DirectoryInfo(Path.Combine(_operations, operation.Hex))).OrderByDescending(static f => f.LastWriteTimeUtc).ThenBy(static f => f.Name, StringComparer.Ordinal).Take(MaxCandidates))
        {
            if (Digest.TryParse("sha256:" + key.Name, out Digest? digest) && Find(digest) is { } record)
                yield return record;
        }
    }

    /// <summary>Stores a record. An older one of the same key is replaced.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void Add(Digest key, Digest operation, StepRecord record)
    {
        string temporary = _work.NewPath("record");
        File.WriteAllBytes(temporary, StepRecordJson.Write(record));
        string path = RecordPath(key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // a record's path has a directory
        File.Move(temporary, path, overwrite: true);
        AddToIndex(Path.Combine(_operations, operation.Hex), key.Hex);
    }

    /// <summary>Removes the records that name layers which are gone, and what no one can read.</summary>
    /// <param name="isGone">Tells it of a layer.</param>
    public void Sweep(Func<string, bool> isGone)
    {
        SweepTurns();
        foreach (FileInfo record in FilesBelow(_records))
        {
            if (Read(record.FullName) is not { } read || read.Made.Any(isGone) || read.Inputs.Any(input => input is not null && input.Layers.Any(isGone)))
                DeleteUnlessGone(record);
        }
        foreach (FileInfo key in FilesBelow(_operations))
        {
            if (!File.Exists(Path.Combine(_records, key.Name[..Math.Min(2, key.Name.Length)], key.Name)))
                DeleteUnlessGone(key);
        }
        foreach (DirectoryInfo operation in DirectoriesOf(_operations).Where(static d => FilesOf(d).Length == 0))
        {
            try
            {
                operation.Delete();
            }
            catch (IOException)
            {
                // Someone has just added to it, or removed it.
            }
        }
    }

    // Those of processes that were killed.
    private void SweepTurns()
    {
        foreach (FileInfo turn in FilesOf(new DirectoryInfo(_turns)))
        {
            using FileLock? abandoned = FileLock.TryAcquire(turn.FullName);
            if (abandoned is not null)
                turn.Delete();
        }
    }

    private static IEnumerable<FileInfo> FilesBelow(string path) => DirectoriesOf(path).SelectMany(FilesOf).OrderBy(static f => f.FullName, StringComparer.Ordinal);

    // Others may be removing them at this moment.
    private static FileInfo[] FilesOf(DirectoryInfo directory)
    {
        try
        {
            return directory.GetFiles();
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    // Another who sweeps may have removed it with its directory.
    private static void DeleteUnlessGone(FileInfo file)
    {
        try
        {
            file.Delete();
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    private static DirectoryInfo[] DirectoriesOf(string path) => Directory.Exists(path) ? new DirectoryInfo(path).GetDirectories() : [];

    // Housekeeping removes directories that are empty at the moment, between the two calls or within the first.
    private static void AddToIndex(string index, string key)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                Directory.CreateDirectory(index);
                File.WriteAllBytes(Path.Combine(index, key), []);
                return;
            }
            catch (IOException) when (attempt < MaxAttempts)
            {
            }
        }
    }

    private string RecordPath(Digest key) => Path.Combine(_records, key.Hex[..2], key.Hex);

    private static StepRecord? Read(string path)
    {
        try
        {
            // Cut short by a loss of power, it is none: the step is done again.
            return StepRecordJson.TryRead(File.ReadAllBytes(path)) is { } record && IsWhole(record) ? record : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static bool IsWhole(StepRecord record) =>
        record.Made.All(LayerId.IsName) && record.Inputs.All(static input => input is null || input.Layers.All(LayerId.IsName));

    // The file goes first: who was waiting for it finds a result, or finds none and does the step beside whoever begins it now.
    private sealed class Turn(string path, FileLock held) : IDisposable
    {
        public void Dispose()
        {
            File.Delete(path);
            held.Dispose();
        }
    }
}
