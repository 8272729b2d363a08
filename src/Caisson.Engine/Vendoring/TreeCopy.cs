using Caisson.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Engine.Vendoring;

/// <summary>Copies the files of a source, so that tools can work on them: without what git keeps beside them, and with modes that say nothing of the machine.</summary>
internal static class TreeCopy
{
    private const int DirectoryMode = 0x1ED; // 0755
    private const int PlainMode = 0x1A4; // 0644
    private const int ProgramMode = 0x1ED; // 0755
    private const int OwnerExecutes = 0x40;
    private const string Dot = ".git";

    /// <summary>The mode of a file: whether its owner may execute it is all that is kept.</summary>
    public static int ModeOf(FileStatus status) => (status.Mode & OwnerExecutes) != 0 ? ProgramMode : PlainMode;

    /// <summary>Copies a directory with everything in it, except pipes, sockets and devices.</summary>
    /// <param name="from">The directory.</param>
    /// <param name="to">An empty directory.</param>
    /// <param name="isWanted">Says of a path in the directory whether it is copied, with what is below it; null for all.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="SystemCallException">Something cannot be read or written.</exception>
    public static void Copy(string from, string to, Func<string, bool>? isWanted, CancellationToken ct)
    {
        using DirectoryHandle source = DirectoryHandle.Open(from);
        using DirectoryHandle target = DirectoryHandle.Open(to);
        Copy(source, target, "", isWanted, ct);
    }

    private static void Copy(DirectoryHandle source, DirectoryHandle target, string path, Func<string, bool>? isWanted, CancellationToken ct)
    {
        foreach (string name in source.List())
        {
            ct.ThrowIfCancellationRequested();
            string own = path.Length == 0 ? name : $"{path}/{name}";
            if (name == Dot || isWanted?.Invoke(own) == false)
                continue;
            FileStatus status = source.Status(name);
            switch (status.Kind)
            {
                case FileKind.Directory:
                    target.CreateDirectory(name, DirectoryMode);
                    using (DirectoryHandle below = source.OpenDirectory(name))
                    using (DirectoryHandle made = target.OpenDirectory(name))
                        Copy(below, made, own, isWanted, ct);
                    break;
                case FileKind.SymbolicLink:
                    target.CreateSymbolicLink(name, source.ReadLink(name));
                    break;
                case FileKind.File:
                    CopyFile(source, target, name, ModeOf(status));
                    break;
            }
        }
    }

    private static void CopyFile(DirectoryHandle source, DirectoryHandle target, string name, int mode)
    {
        using SafeFileHandle content = source.OpenFile(name);
        using SafeFileHandle copy = target.CreateFile(name, mode);
        target.SetMode(name, mode); // whatever the umask
        using FileStream from = new(content, FileAccess.Read, bufferSize: 0);
        using FileStream to = new(copy, FileAccess.Write, bufferSize: 0);
        from.CopyTo(to);
    }
}
