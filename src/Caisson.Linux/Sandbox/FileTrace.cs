using Caisson.Linux.Native;

namespace Caisson.Linux.Sandbox;

/// <summary>Watches which files of a mounted root are opened, from its start until it is completed, on a thread of its own. For root only.</summary>
public sealed class FileTrace : IDisposable
{
    private const int PatienceMs = 20;
    private const string Deleted = " (deleted)";

    private readonly Fanotify _group;
    private readonly Thread _reader;
    private readonly string _root;
    private readonly HashSet<string> _opened = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private volatile bool _isEnding;
    private bool _hasLost;

    private FileTrace(Fanotify group, string root)
    {
        _group = group;
        _root = root.TrimEnd('/') + "/";
        _reader = new Thread(ReadAll) { IsBackground = true, Name = "file trace" };
    }

    /// <summary>Begins to watch.</summary>
    /// <param name="root">The mounted root: all of its file system is watched, through whatever mount.</param>
    /// <param name="path">Where it is mounted.</param>
    /// <exception cref="SystemCallException">This process may not watch, or the kernel cannot.</exception>
    public static FileTrace Start(DirectoryHandle root, string path)
    {
        Fanotify group = Fanotify.Create();
        try
        {
            group.Watch(root, Fanotify.Opened | Fanotify.OpenedToRun | Fanotify.ClosedUnwritten);
            FileTrace trace = new(group, path);
            trace._reader.Start();
            return trace;
        }
        catch
        {
            group.Dispose();
            throw;
        }
    }

    /// <summary>Ends it, when all that is waiting was read. The programs that are watched must have ended.</summary>
    public FileOpens Complete()
    {
        _isEnding = true;
        _reader.Join();
        return new FileOpens(!_hasLost, _opened, _read);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isEnding = true;
        if (_reader.IsAlive)
            _reader.Join();
        _group.Dispose();
    }

    private void ReadAll()
    {
        while (true)
        {
            bool isEnding = _isEnding; // asked before the look: what happened until then is seen by it
            if (_group.Read(Take))
                continue;
            if (isEnding)
                return;
            _group.Wait(PatienceMs);
        }
    }

    // A path is as those see it who opened the file: from their root, or, for the runtime, from that of the machine.
    private void Take(ulong what, string? path)
    {
        if (path is null)
        {
            _hasLost = true;
            return;
        }
        string name = path.StartsWith(_root, StringComparison.Ordinal) ? path[_root.Length..] : path.TrimStart('/');
        Add(what, name);
        if (name.EndsWith(Deleted, StringComparison.Ordinal))
            Add(what, name[..^Deleted.Length]);
    }

    private void Add(ulong what, string name)
    {
        _opened.Add(name);
        if ((what & (Fanotify.ClosedUnwritten | Fanotify.OpenedToRun)) != 0)
            _read.Add(name);
    }
}
