using System.Globalization;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Explaining;

/// <summary>Tells which entries of two lists differ. Both are read once, in order.</summary>
/// <param name="shown">How people read a path of the lists.</param>
internal sealed class FileChanges(Func<string, string> shown)
{
    private const int MaxShown = 3;

    private readonly List<string> _changes = [];

    // Only worth telling when there is nothing else: they come with whatever is put into a directory.
    private readonly List<string> _times = [];
    private int _more;

    /// <summary>The first differences in one sentence; null when there are none.</summary>
    /// <param name="then">The list of before.</param>
    /// <param name="now">The list of now.</param>
    public string? Tell(FileList then, FileList now)
    {
        using IEnumerator<FileEntry> before = then.Entries().GetEnumerator();
        using IEnumerator<FileEntry> after = now.Entries().GetEnumerator();
        bool hasBefore = before.MoveNext();
        bool hasAfter = after.MoveNext();
        while (hasBefore || hasAfter)
        {
            int order = !hasBefore ? 1 : !hasAfter ? -1 : EntryPath.Compare(before.Current.Path, after.Current.Path);
            if (order < 0)
                Add(before.Current, Gone(before.Current));
            else if (order > 0)
                Add(after.Current, Added(after.Current));
            else
                Compare(before.Current, after.Current);
            if (order <= 0)
                hasBefore = before.MoveNext();
            if (order >= 0)
                hasAfter = after.MoveNext();
        }
        List<string> told = _changes.Count > 0 ? _changes : _times;
        return told.Count == 0 ? null : string.Join(", ", told) + (_more > 0 && _changes.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $", and {_more} more") : "");
    }

    // Without directories that are there only to hold others.
    private static string? Gone(FileEntry entry) => entry switch
    {
        { IsImplied: true } => null,
        { Kind: EntryKind.Whiteout } => "is no longer removed",
        _ => "was removed",
    };

    private static string? Added(FileEntry entry) => entry switch
    {
        { IsImplied: true } => null,
        { Kind: EntryKind.Whiteout } => "is now removed",
        _ => "was added",
    };

    private void Compare(FileEntry then, FileEntry now)
    {
        string? change = now switch
        {
            _ when then.Kind != now.Kind => $"is now {NameOf(now.Kind)}, and was {NameOf(then.Kind)}",
            _ when then.Content != now.Content || then.SizeBytes != now.SizeBytes => "changed",
            _ when then.Mode != now.Mode => $"has another mode: {Octal(then.Mode)} → {Octal(now.Mode)}",
            _ when then.Uid != now.Uid || then.Gid != now.Gid => string.Create(CultureInfo.InvariantCulture, $"has another owner: {then.Uid}:{then.Gid} → {now.Uid}:{now.Gid}"),
            _ when then.LinkTarget != now.LinkTarget => $"points elsewhere: {then.LinkTarget} → {now.LinkTarget}",
            _ when then.DeviceMajor != now.DeviceMajor || then.DeviceMinor != now.DeviceMinor => "is another device",
            _ when then.IsOpaque != now.IsOpaque => "was replaced whole",
            _ when !SameAttributes(then, now) => "has other extended attributes",
            _ => null,
        };
        if (change is not null)
            Add(now, change);
        else if (then.Modified != now.Modified && _times.Count < MaxShown)
            _times.Add($"{shown(now.Path)} has another time");
    }

    private void Add(FileEntry entry, string? change)
    {
        if (change is null)
            return;
        if (_changes.Count < MaxShown)
            _changes.Add($"{shown(entry.Path)} {change}");
        else
            _more++;
    }

    private static bool SameAttributes(FileEntry then, FileEntry now)
    {
        if (then.Xattrs.Count != now.Xattrs.Count)
            return false;
        foreach ((string name, System.Collections.Immutable.ImmutableArray<byte> value) in then.Xattrs)
        {
            if (!now.Xattrs.TryGetValue(name, out System.Collections.Immutable.ImmutableArray<byte> other) || !value.AsSpan().SequenceEqual(other.AsSpan()))
                return false;
        }
        return true;
    }

    private static string Octal(int mode) => Convert.ToString(mode, 8);

    private static string NameOf(EntryKind kind) => kind switch
    {
        EntryKind.File => "a file",
        EntryKind.Directory => "a directory",
        EntryKind.SymbolicLink => "a symbolic link",
        EntryKind.HardLink => "a hard link",
        EntryKind.Whiteout => "removed",
        _ => "a special file",
    };
}
