using System.Globalization;
using Caisson.Linux.Native;

namespace Caisson.Linux.Files;

/// <summary>
/// A directory for what is being made, on the file system of the store so that finished things can be renamed into place. It belongs to one
/// process and disappears with it; what a killed process left is swept away by the next one that comes.
/// </summary>
/// <remarks>
/// Thread-safe. Who lives holds the lock of the area's directory itself, and until it is gone: no one else can begin to remove it meanwhile. One empty directory
/// is kept as a spare: on a full disk no new one can be made, and it is then that somebody wants to tidy up.
/// </remarks>
public sealed class WorkArea : WorkPlace, IDisposable
{
    /// <summary>The name of the directory that is kept.</summary>
    public const string SpareName = "spare";

    private const string LockName = "lock";

    private readonly FileLock _alive;
    private int _counter;

    private WorkArea(string path, FileLock alive)
        : base(path)
    {
        _alive = alive;
        Claims = new Claims(Path.GetDirectoryName(Path.GetDirectoryName(path)) ?? "/", this);
    }

    /// <summary>Whether a process was found to have died without tidying up. It may have left something elsewhere, too.</summary>
    public bool HasSwept { get; private init; }

    /// <summary>What this process claims of the store: of the directory that the area's parent stands in.</summary>
    public Claims Claims { get; }

    /// <summary>Makes an area below a directory that several processes may share, and sweeps those of dead processes.</summary>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public static async Task<WorkArea> CreateAsync(string parent, TimeProvider time, CancellationToken ct)
    {
        parent = Directory.CreateDirectory(parent).FullName;
        using FileLock sweeping = await FileLock.AcquireAsync(Path.Combine(parent, LockName), time, ct).ConfigureAwait(false);
        bool hasSwept = Sweep(parent);
        for (int number = 1; ; number++)
        {
            string path = Path.Combine(parent, number.ToString(CultureInfo.InvariantCulture));
            if (Directory.Exists(path))
                continue;
            // Someone may be looking just now whether its owner lives, and holds the lock for that moment: then the next number.
            if (TryMake(parent, path) is { } alive)
                return new WorkArea(path, alive) { HasSwept = hasSwept };
        }
    }

    private static FileLock? TryMake(string parent, string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (IOException) when (Directory.Exists(Path.Combine(parent, SpareName)))
        {
            return TakeSpare(parent, path);
        }
        return FileLock.TryAcquireDirectory(path);
    }

    // Who left it may hold its lock for one more moment.
    private static FileLock TakeSpare(string parent, string path)
    {
        FileLock alive = FileLock.AcquireDirectory(Path.Combine(parent, SpareName));
        try
        {
            using DirectoryHandle areas = DirectoryHandle.Open(parent);
            areas.Rename(SpareName, areas, Path.GetFileName(path));
            return alive;
        }
        catch
        {
            alive.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string NewPath(string purpose) =>
        Path.Combine(DirectoryPath, string.Create(CultureInfo.InvariantCulture, $"{purpose}-{Interlocked.Increment(ref _counter)}"));

    /// <summary>The directories of areas beside this one whose processes live.</summary>
    internal static List<string> Others(WorkArea own)
    {
        List<string> living = [];
        foreach (string path in Directory.GetDirectories(Path.GetDirectoryName(own.DirectoryPath) ?? "/"))
        {
            if (path != own.DirectoryPath && Path.GetFileName(path) != SpareName && IsAlive(path))
                living.Add(path);
        }
        living.Sort(string.CompareOrdinal);
        return living;
    }

    /// <summary>Removes the area and all that is left in it. What the disk does not let go of is swept by the next that comes.</summary>
    public void Dispose()
    {
        try
        {
            string name = Path.GetFileName(DirectoryPath);
            using DirectoryHandle areas = DirectoryHandle.Open(Path.GetDirectoryName(DirectoryPath) ?? "/");
            DirectoryRemoval.Empty(areas, name);
            if (!areas.TryRenameNew(name, areas, SpareName))
                areas.RemoveDirectory(name);
        }
        catch (SystemCallException)
        {
            // What this process was asked for is done, or has failed for a reason that its user is told.
        }
        finally
        {
            Claims.Dispose();
            _alive.Dispose();
        }
    }

    private static bool IsAlive(string path)
    {
        try
        {
            using FileLock? abandoned = FileLock.TryAcquireDirectory(path);
            return abandoned is null;
        }
        catch (SystemCallException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    private static bool Sweep(string parent)
    {
        bool hasSwept = false;
        foreach (string path in Directory.GetDirectories(parent))
        {
            if (Path.GetFileName(path) == SpareName)
                continue;
            try
            {
                using FileLock? abandoned = FileLock.TryAcquireDirectory(path);
                if (abandoned is null)
                    continue;
                hasSwept = true;
                DirectoryRemoval.Remove(path);
            }
            catch (SystemCallException)
            {
                // Its owner removed it just now, or what it started is still dying and writes: the next one that comes sweeps again.
            }
        }
        return hasSwept;
    }
}
