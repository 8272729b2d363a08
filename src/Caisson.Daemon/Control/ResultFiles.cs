using Caisson.Daemon.Proto.Files;
using Caisson.Daemon.Proto.Gateway;
using Caisson.Daemon.Sessions;
using Caisson.Dockerfile.Ignore;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Daemon.Control;

/// <summary>Reads the files of results of builds. Links lead nowhere out of it.</summary>
internal static class ResultFiles
{
    private const int MaxBytes = 16 << 20; // what clients take in one message

    /// <summary>A file's content, or a part of it.</summary>
    /// <exception cref="RpcException">There is no such file, or it is too large for an answer.</exception>
    public static ReadFileResponse Read(IFileTree tree, ReadFileRequest request)
    {
        string path = TreePath.Resolve(tree, request.FilePath);
        FileEntry entry = tree.Find(path) ?? throw NotThere("open", request.FilePath);
        if (entry.Kind is not (EntryKind.File or EntryKind.HardLink))
            throw new RpcException(new Status(StatusCode.FailedPrecondition, $"{request.FilePath} is not a regular file"));
        using SafeFileHandle file = tree.Open(path);
        long size = RandomAccess.GetLength(file);
        long offset = Math.Clamp(request.Range?.Offset ?? 0, 0, size);
        long length = request.Range is { Length: > 0 and var asked } ? Math.Min(asked, size - offset) : size - offset;
        if (length > MaxBytes)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"{request.FilePath} has {length} bytes: read it in parts of at most {MaxBytes}"));
        byte[] content = new byte[length];
        int count = 0;
        for (int read = -1; count < length && read != 0; count += read)
            read = RandomAccess.Read(file, content.AsSpan(count), offset + count);
        return new ReadFileResponse { Data = UnsafeByteOperations.UnsafeWrap(content.AsMemory(0, count)) };
    }

    /// <summary>The entries of a directory, by name.</summary>
    /// <exception cref="RpcException">There is no such directory.</exception>
    public static ReadDirResponse List(IFileTree tree, ReadDirRequest request)
    {
        string path = TreePath.Resolve(tree, request.DirPath);
        FileEntry directory = tree.Find(path) ?? throw NotThere("open", request.DirPath);
        if (!directory.IsDirectory)
            throw new RpcException(new Status(StatusCode.FailedPrecondition, $"{request.DirPath} is not a directory"));
        IgnoreMatcher? wanted = request.IncludePattern.Length == 0 ? null : IgnoreMatcher.Create([request.IncludePattern]);
        ReadDirResponse response = new();
        foreach (FileEntry entry in tree.Children(path).OrderBy(static e => e.Path, StringComparer.Ordinal))
        {
            Stat stat = StatOf(entry);
            if (wanted?.IsIgnored(stat.Path) != false)
                response.Entries.Add(stat);
        }
        return response;
    }

    /// <summary>What is known of a file; of a link, what is known of the file that it leads to.</summary>
    /// <exception cref="RpcException">There is none.</exception>
    public static StatFileResponse Find(IFileTree tree, StatFileRequest request)
    {
        string path = TreePath.Resolve(tree, request.Path);
        return new StatFileResponse { Stat = StatOf(tree.Find(path) ?? throw NotThere("lstat", request.Path)) };
    }

    private static Stat StatOf(FileEntry entry) => new()
    {
        Path = entry.Path[(entry.Path.LastIndexOf('/') + 1)..],
        Mode = GoFileMode.Of(KindOf(entry), entry.Mode),
        Uid = entry.Uid,
        Gid = entry.Gid,
        Size = entry.SizeBytes,
        ModTime = (entry.TimeOnDisk ?? entry.Modified) is { } time ? GoFileMode.NanosecondsOf(time) : 0,
        Linkname = entry.Kind == EntryKind.SymbolicLink ? entry.LinkTarget ?? "" : "",
    };

    private static FileKind KindOf(FileEntry entry) => entry.Kind switch
    {
        EntryKind.Directory => FileKind.Directory,
        EntryKind.SymbolicLink => FileKind.SymbolicLink,
        _ => FileKind.File,
    };

    private static RpcException NotThere(string call, string path) => new(new Status(StatusCode.NotFound, $"{call} {path}: no such file or directory"));
}
