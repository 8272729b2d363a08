using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Linux.Files;

/// <summary>
/// Remembers from one build to the next what files held, so that a file that did not change since is recognised by its status alone: device, inode,
/// size, mode, and the times of its last changes.
/// </summary>
/// <remarks>
/// <para>
/// A file can change twice within one tick of the clock that its times come from, and look the same both times. So, as with git's index
/// (Documentation/technical/racy-git), what was read too soon after a change is not trusted, and read again next time. On a file system of this machine
/// the tick is known; elsewhere (network, FUSE) neither the tick nor the clock is, and a file is trusted when it was read again and looked the same
/// as it did a while before, by our own clock.
/// </para>
/// <para>Thread-safe. Between processes the last one that saves wins; a table is never seen half-written. A table that cannot be read is as good as none.</para>
/// </remarks>
public sealed class StatCache
{
    private const int TickNanoseconds = 20_000_000; // twice the longest tick of Linux, 1/100 s
    private const int LongestTickSeconds = 2; // FAT; and ext3, with whole seconds
    private const int UnusedFactor = 2;
    private const int FirstRecords = 1024;

    private readonly string _path;
    private readonly StatTable? _table;
    private readonly bool[] _isUsed;
    private readonly Lock _adding = new();
    private StatTable _added = StatTable.ForRecords(FirstRecords);

    private StatCache(string path, StatTable? table)
    {
        _path = path;
        _table = table;
        _isUsed = new bool[table?.Slots ?? 0];
    }

    /// <summary>Opens a cache.</summary>
    /// <param name="path">Its file, which need not be there.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static StatCache Open(string path) => new(path, StatTable.Read(path));

    /// <summary>A cache that forgets what its file says, and replaces it.</summary>
    /// <param name="path">Its file, which need not be there.</param>
    public static StatCache Empty(string path) => new(path, null);

    /// <summary>The digest of a regular file's content; null when it must be read.</summary>
    public Digest? Find(in FileStatus status)
    {
        if (_table is not null && _table.TryFind(status, out int slot) && _table[slot].IsTrusted)
        {
            _isUsed[slot] = true;
            return _table[slot].Content;
        }
        lock (_adding)
            return _added.TryFind(status, out int added) && _added[added].IsTrusted ? _added[added].Content : null;
    }

    /// <summary>Remembers what a file held.</summary>
    /// <param name="status">The file's status, the same before and after it was read.</param>
    /// <param name="content">The digest of what was read.</param>
    /// <param name="began">When the reading began, by this machine's clock.</param>
    /// <param name="hasLocalClock">Whether the file system takes times from this machine's clock, so that they can be compared.</param>
    public void Add(in FileStatus status, Digest content, DateTimeOffset began, bool hasLocalClock)
    {
        uint now = Seconds(began);
        uint seen = hasLocalClock ? now : SeenBefore(status) ?? now;
        Add(status, content, hasLocalClock ? IsSettled(status.Changed, began) : now > seen + LongestTickSeconds, seen);
    }

    /// <summary>Remembers what was written to a file. It is trusted at once: nobody but who writes it has it.</summary>
    /// <param name="status">The file's status when all was written.</param>
    /// <param name="content">The digest of what was written.</param>
    /// <param name="now">The time, by this machine's clock.</param>
    public void AddWritten(in FileStatus status, Digest content, DateTimeOffset now) => Add(status, content, isTrusted: true, Seconds(now));

    private void Add(in FileStatus status, Digest content, bool isTrusted, uint seen)
    {
        lock (_adding)
        {
            if (_added.IsFull)
                _added = _added.Grown();
            _added.Set(status, content, isTrusted, seen);
        }
    }

    /// <summary>Writes what was added to the cache's file; nothing is written when nothing was. Files that no one asked for any more are forgotten when they are many.</summary>
    /// <param name="temporary">A name for a new file on the same file system.</param>
    /// <returns>Whether anything was written.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public bool Save(string temporary)
    {
        lock (_adding)
        {
            if (_added.Count == 0)
                return false;
            StatTable next = Merge();
            try
            {
                next.Write(temporary);
                File.Move(temporary, _path, overwrite: true);
            }
            catch
            {
                File.Delete(temporary);
                throw;
            }
            return true;
        }
    }

    private static uint Seconds(DateTimeOffset time) => (uint)Math.Clamp(time.ToUnixTimeSeconds(), 0, uint.MaxValue);

    private StatTable Merge()
    {
        int used = _isUsed.AsSpan().Count(true) + _added.Count;
        bool keepsUnused = _table is not null && _table.Count <= (long)used * UnusedFactor;
        StatTable next = StatTable.ForRecords(keepsUnused ? _table!.Count + _added.Count : used); // keepsUnused: there is a table
        next.AddMissing(_added);
        for (int slot = 0; slot < _isUsed.Length; slot++)
        {
            if (_table is not null && !_table[slot].IsFree && (keepsUnused || _isUsed[slot]))
                next.AddMissing(_table[slot]);
        }
        return next;
    }

    private uint? SeenBefore(in FileStatus status) => _table is not null && _table.TryFind(status, out int slot) ? _table[slot].SeenSeconds : null;

    // Every change of content is a change that sets the time of the last change to anything, which nobody can set at will.
    private static bool IsSettled(FileTime changed, DateTimeOffset began)
    {
        FileTime settled = changed.Nanoseconds == 0
            ? new FileTime(changed.Seconds + LongestTickSeconds, 0)
            : changed.Nanoseconds + TickNanoseconds is var later && later < 1_000_000_000
                ? new FileTime(changed.Seconds, later)
                : new FileTime(changed.Seconds + 1, later - 1_000_000_000);
        long seconds = began.ToUnixTimeSeconds();
        long nanoseconds = (began.UtcTicks - (DateTimeOffset.UnixEpoch.UtcTicks + (seconds * TimeSpan.TicksPerSecond))) * TimeSpan.NanosecondsPerTick;
        return settled.IsBefore(new FileTime(seconds, (int)nanoseconds));
    }
}
