using System.Collections.Immutable;
using Caisson.Linux.Native;

namespace Caisson.Linux.Snapshots;

/// <summary>Gives the names in a layer's directory what their entries say: owner, mode, attributes and time. What they cannot have, it keeps for the records.</summary>
/// <remarks>Not thread-safe.</remarks>
/// <param name="ownership">How the directory tells owners.</param>
internal sealed class EntryAttributes(Ownership ownership)
{
    private const int PermissionBits = 0x1FF; // 0777
    private const int OwnFile = 0x180; // 0600
    private const int OwnDirectory = 0x1C0; // 0700

    private readonly SortedDictionary<string, FileEntry> _records = new(EntryPath.Order);

    /// <summary>The entries that the directory does not tell of as they are, in order.</summary>
    public ImmutableArray<FileEntry> Records => [.. _records.Values];

    /// <summary>Sets what an entry says of a name that is there.</summary>
    /// <exception cref="SystemCallException">The kernel refuses for another reason than that this process is not the machine's root.</exception>
    public void Set(DirectoryHandle parent, string name, FileEntry entry)
    {
        bool isTold = SetOwner(parent, name, entry);
        isTold &= entry.Kind == EntryKind.SymbolicLink || SetMode(parent, name, entry);
        foreach ((string attribute, ImmutableArray<byte> value) in entry.Xattrs)
            isTold &= TrySet(parent, name, attribute, value.AsSpan()) || ownership == Ownership.Native;
        if (entry.Kind != EntryKind.Directory)
            parent.SetModified(name, entry.Modified ?? default);
        Remember(entry, isTold);
    }

    /// <summary>The same for the directory's own root.</summary>
    /// <exception cref="SystemCallException">The kernel refuses.</exception>
    public void SetRoot(DirectoryHandle root, FileEntry entry)
    {
        if (ownership == Ownership.Native)
        {
            root.SetOwnAttributes(entry.Mode, entry.Uid, entry.Gid);
            return;
        }
        int mode = ownership == Ownership.Record ? Usable(entry) : entry.Mode;
        root.SetOwnAttributes(mode, CurrentProcess.EffectiveUserId, CurrentProcess.EffectiveGroupId);
        Remember(entry, entry is { Uid: 0, Gid: 0 } && mode == entry.Mode);
    }

    /// <summary>Gives a new name to root, which a parent with the set-group-id bit would not.</summary>
    /// <exception cref="SystemCallException">The kernel refuses.</exception>
    public void SetRootOwner(DirectoryHandle parent, string name)
    {
        if (ownership != Ownership.Record)
            parent.SetOwner(name, 0, 0);
    }

    /// <summary>What the records say of a path; null when nothing.</summary>
    public FileEntry? Recorded(string path) => _records.GetValueOrDefault(path);

    /// <summary>Keeps an entry that cannot be made at all.</summary>
    public void Record(FileEntry entry) => Remember(entry, isTold: false);

    /// <summary>A path has become one more name of a file.</summary>
    public void Link(string path, string target)
    {
        if (Recorded(target) is { } record)
            Remember(record with { Path = path }, isTold: false);
    }

    /// <summary>Forgets a path that is gone, with all below it.</summary>
    public void Forget(string path)
    {
        if (_records.Count == 0)
            return;
        foreach (string gone in _records.Keys.Where(p => EntryPath.IsWithin(p, path)).ToList())
            _records.Remove(gone);
    }

    private void Remember(FileEntry entry, bool isTold)
    {
        if (isTold)
            _records.Remove(entry.Path);
        else
            _records[entry.Path] = entry with { Content = null, Origin = FileEntry.NoOrigin, LinkGroup = null, TimeOnDisk = null };
    }

    private bool SetOwner(DirectoryHandle parent, string name, FileEntry entry)
    {
        if (ownership == Ownership.Record)
            return entry is { Uid: 0, Gid: 0 };
        try
        {
            parent.SetOwner(name, entry.Uid, entry.Gid);
            // The directory may have been described before, as someone else's.
            if (ownership == Ownership.Attribute && entry.IsDirectory && parent.TryGetAttribute(name, OwnerAttribute.Name) is not null)
                parent.RemoveAttribute(name, OwnerAttribute.Name);
            return true;
        }
        catch (SystemCallException e) when (ownership == Ownership.Attribute && e.ErrorNumber is Errno.EINVAL or Errno.EPERM)
        {
            parent.SetOwner(name, 0, 0);
            return entry.Kind is EntryKind.File or EntryKind.Directory && TrySet(parent, name, OwnerAttribute.Name, OwnerAttribute.Write(entry.Uid, entry.Gid));
        }
    }

    private bool SetMode(DirectoryHandle parent, string name, FileEntry entry)
    {
        int mode = ownership == Ownership.Record ? Usable(entry) : entry.Mode;
        parent.SetMode(name, mode);
        return mode == entry.Mode;
    }

    // Whoever reads and removes the directory is no root; and what would be set to root's id must not be set to this user's.
    private static int Usable(FileEntry entry) => (entry.Mode & PermissionBits) | (entry.IsDirectory ? OwnDirectory : OwnFile);

    private static bool TrySet(DirectoryHandle parent, string name, string attribute, ReadOnlySpan<byte> value)
    {
        try
        {
            parent.SetAttribute(name, attribute, value);
            return true;
        }
        catch (SystemCallException e) when (e.ErrorNumber is Errno.EOPNOTSUPP or Errno.EPERM)
        {
            // The store's file system has no such attributes, or the kernel none for such files or such users.
            return false;
        }
    }
}
