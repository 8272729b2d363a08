using System.Globalization;
using Caisson.Dockerfile.Source;
using Caisson.Linux.Files;
using Caisson.Linux.Native;

namespace Caisson.Engine.History;

/// <summary>The builds that a store remembers.</summary>
/// <remarks>Thread-safe, and safe between processes: builds may go on, and be removed, while one looks at them.</remarks>
public sealed class BuildHistory
{
    private const string DirectoryName = "history";

    private static readonly IdLookup Lookup = new("build", "builds", " in the history", "the history is empty", "caisson history ls lists the builds", EngineCodes.UnknownBuild, EngineCodes.AmbiguousBuild);

    private readonly string _path;

    private BuildHistory(string path) => _path = path;

    /// <summary>Opens the history of a store. The store need not be there.</summary>
    /// <param name="statePath">The directory of the store.</param>
    public static BuildHistory Open(string statePath) => new(PathOf(statePath));

    /// <summary>The builds, the newest first.</summary>
    /// <exception cref="BuildException">They cannot be read.</exception>
    public IEnumerable<BuildRecord> List()
    {
        foreach (string id in Ids())
        {
            if (TryRead(id) is { } build)
                yield return build;
        }
    }

    /// <summary>The build that a name stands for: its id, the beginning of its id when no other begins so, or <c>^</c> and how many came after it (<c>^0</c> is the newest).</summary>
    /// <exception cref="BuildException">There is no such build, or more than one.</exception>
    public BuildRecord Find(string name) => Lookup.Find(name, Ids(), TryRead);

    /// <summary>The step of a build that a name stands for: its number, or the stage and the number within it, as <c>build:3</c>.</summary>
    /// <exception cref="BuildException">The build has no such step.</exception>
    public static StepHistory FindStep(BuildRecord build, string name)
    {
        string[] names = [.. build.Steps.Where(static s => s.StageNumber > 0).Select(NameOf)];
        foreach (StepHistory step in build.Steps)
        {
            if (step.Number.ToString(CultureInfo.InvariantCulture) == name || (step.StageNumber > 0 && NameOf(step).Equals(name, StringComparison.OrdinalIgnoreCase)))
                return step;
        }
        string hint = Suggestion.Hint(name, names) ?? $"caisson history inspect {build.Id} lists the steps, by number";
        throw new BuildException(EngineCodes.UnknownStep, $"the build {build.Id} has no step \"{name}\"", hint);
    }

    /// <summary>What a step wrote, whole, as it came from both of its streams; null when it wrote nothing, or when that is no longer there. The caller disposes it.</summary>
    public Stream? OpenLog(BuildRecord build, StepHistory step)
    {
        try
        {
            return new FileStream(BuildJournal.LogPath(Path.Combine(_path, build.Id), step.Number), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Removes a build from the history. Its image and its results in the cache stay.</summary>
    /// <exception cref="BuildException">It goes on, or its files cannot be removed.</exception>
    public void Remove(BuildRecord build)
    {
        try
        {
            if (!TryRemove(_path, build.Id))
                throw new BuildException(EngineCodes.BuildRunning, $"the build {build.Id} goes on", "wait for its end, or stop it; then remove it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(EngineCodes.FileUnusable, e.Message, "check who owns the store", e);
        }
    }

    /// <summary>Where the history of a store is.</summary>
    internal static string PathOf(string statePath) => Path.Combine(statePath, DirectoryName);

    /// <summary>Keeps the newest builds and removes the others; those that go on stay.</summary>
    /// <param name="path">The directory of the history.</param>
    /// <param name="limit">How many builds may stay.</param>
    /// <param name="limitBytes">How many bytes their files may have; null not to look.</param>
    internal static void Trim(string path, int limit, long? limitBytes)
    {
        string[] ids = Ids(path);
        long bytes = 0;
        for (int i = 0; i < ids.Length; i++)
        {
            if (limitBytes is not null && i < limit)
                bytes += SizeOf(Path.Combine(path, ids[i]));
            // The newest stays, however large it is.
            if (i >= limit || (i > 0 && bytes > limitBytes))
                TryRemove(path, ids[i]);
        }
    }

    /// <summary>How a user names a step of a stage.</summary>
    internal static string NameOf(StepHistory step) => string.Create(CultureInfo.InvariantCulture, $"{step.Stage}:{step.StageNumber}");

    private BuildRecord? TryRead(string id)
    {
        string directory = Path.Combine(_path, id);
        try
        {
            // Looked at first: a build that ends between the two looks has its end in the journal.
            bool isAlive = IsAlive(directory);
            return JournalReader.Read(directory) is not { } build ? null
                : build.Outcome == BuildOutcome.Running && !isAlive ? build with { Outcome = BuildOutcome.Interrupted }
                : build;
        }
        catch (SystemCallException e) when (e.IsNotFound)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(EngineCodes.FileUnusable, e.Message, "check who owns the store", e);
        }
    }

    /// <summary>The name of the newest build in a directory; null when there is none.</summary>
    internal static string? NewestIn(string path) => Ids(path).FirstOrDefault();

    private string[] Ids() => Ids(_path);

    // The newest first.
    private static string[] Ids(string path)
    {
        if (!Directory.Exists(path))
            return [];
        List<string> ids = [];
        foreach (string directory in Directory.GetDirectories(path))
        {
            if (BuildId.IsId(Path.GetFileName(directory)))
                ids.Add(Path.GetFileName(directory));
        }
        ids.Sort(static (x, y) => string.CompareOrdinal(y, x));
        return [.. ids];
    }

    private static bool IsAlive(string directory)
    {
        using FileLock? abandoned = FileLock.TryAcquireSharedDirectory(directory);
        return abandoned is null;
    }

    private static long SizeOf(string directory)
    {
        try
        {
            long bytes = 0;
            foreach (FileInfo file in new DirectoryInfo(directory).GetFiles())
                bytes += file.Length;
            return bytes;
        }
        catch (DirectoryNotFoundException)
        {
            return 0; // removed just now
        }
    }

    // The journal goes first: what is left by a kill in between is no build, and goes with the next trim.
    private static bool TryRemove(string path, string id)
    {
        string directory = Path.Combine(path, id);
        try
        {
            if (IsAlive(directory))
                return false;
            File.Delete(BuildJournal.JournalPath(directory));
            DirectoryRemoval.Remove(directory);
        }
        catch (Exception e) when (e is DirectoryNotFoundException || e is SystemCallException { IsNotFound: true })
        {
            return true; // another did
        }
        return true;
    }
}
