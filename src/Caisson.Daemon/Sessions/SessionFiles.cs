using System.Collections.Immutable;
using System.Net;
using Caisson.Daemon.Proto.Files;
using Caisson.Daemon.Proto.Sessions.FileSync;
using Caisson.Engine;
using Caisson.Linux.Native;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;
using Grpc.Core;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Daemon.Sessions;

/// <summary>Directories of clients. What one has sent is kept, so that of the next only what has changed travels.</summary>
internal sealed class SessionFiles(ClientDirectories directories)
{
    /// <summary>What the client must serve.</summary>
    public const string Method = "/moby.filesync.v1.FileSync/DiffCopy";

    /// <summary>The directory for files of a client, with what is left there of the last time, until it is disposed.</summary>
    /// <param name="session">Whose they are.</param>
    /// <param name="request">Which.</param>
    /// <exception cref="BuildException">The store cannot be written to.</exception>
    public ClientDirectory Open(ClientSession session, FileRequest request) => directories.Lease($"{request.Name}:{request.SharedKeyHint}:{session.SharedKey}", $"local source for {request.Name}");

    /// <summary>A new directory; the caller removes it.</summary>
    /// <exception cref="BuildException">The store cannot be written to.</exception>
    public string NewDirectory() => directories.NewWorkDirectory();

    /// <summary>Makes a directory hold what a client has.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="session">The client.</param>
    /// <param name="request">Which files.</param>
    /// <param name="progress">Is told how many bytes have come in all, now and then; or null.</param>
    /// <param name="written">Is told of each file that was written, with its status and the digest of its content, from several threads; or null.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="IOException">The client does not have them, sends what is no directory, or is gone; or the store cannot be written to.</exception>
    /// <exception cref="BuildException">The disk is full.</exception>
    public static async Task ReceiveAsync(ClientDirectory directory, ClientSession session, FileRequest request, Action<long>? progress, Action<FileStatus, Digest>? written, CancellationToken ct)
    {
        if (!session.Offers(Method))
            throw new IOException("the client gives no files of its own (no local sources enabled)");
        try
        {
            using IDisposable change = directory.BeginChange();
            using DirectoryHandle root = DirectoryHandle.Open(directory.Path);
            using AsyncDuplexStreamingCall<Packet, Packet> call = new FileSync.FileSyncClient(session.Calls).DiffCopy(MetadataOf(request), cancellationToken: ct);
            await new DirectoryReceiver(root, progress, written) { Growing = directory.Grow }.RunAsync(call.ResponseStream, call.RequestStream, ct).ConfigureAwait(false);
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            throw new IOException(e.Status.Detail, e);
        }
        catch (InvalidDataException e)
        {
            throw new IOException(e.Message, e);
        }
        catch (IOException e) when (directory.ExplainFull(e) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>The content of a few files of a client, by path; what is not there, or too large, is not in it. Links among what is sent are followed.</summary>
    /// <param name="session">The client.</param>
    /// <param name="request">Which files; those of <see cref="FileRequest.FollowPaths"/> are read.</param>
    /// <param name="maxBytes">How large each may be.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="IOException">As <see cref="ReceiveAsync"/>.</exception>
    public async Task<IReadOnlyDictionary<string, byte[]>> ReadAsync(ClientSession session, FileRequest request, int maxBytes, CancellationToken ct)
    {
        using ClientDirectory directory = Open(session, request with { SharedKeyHint = request.SharedKeyHint + "-files" });
        await ReceiveAsync(directory, session, request, progress: null, written: null, ct).ConfigureAwait(false);
        return Read(directory.Path, request.FollowPaths, maxBytes);
    }

    /// <summary>The content of a few files of a directory, by path; what is not there, or too large, is not in it. Links are followed, never out of it.</summary>
    public static IReadOnlyDictionary<string, byte[]> Read(string directory, IEnumerable<string> paths, int maxBytes)
    {
        using DirectoryTree tree = new(directory, OverlayMarks.Unmounted);
        Dictionary<string, byte[]> read = new(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            string found = TreePath.Resolve(tree.Find, path);
            if (tree.Find(found) is not { Kind: EntryKind.File or EntryKind.HardLink })
                continue;
            using SafeFileHandle file = tree.Open(found);
            long length = RandomAccess.GetLength(file);
            if (length > maxBytes)
                continue;
            byte[] content = new byte[length];
            read[path] = content[..RandomAccess.Read(file, content, 0)];
        }
        return read;
    }

    private static Metadata MetadataOf(FileRequest request)
    {
        Metadata metadata = [];
        Add(metadata, "dir-name", [request.Name]);
        Add(metadata, "include-patterns", request.IncludePatterns);
        Add(metadata, "exclude-patterns", request.ExcludePatterns);
        Add(metadata, "followpaths", request.FollowPaths);
        return metadata;
    }

    // As BuildKit: when one value of a name cannot be sent as it is, all of that name are encoded as in a query, and a further entry says so.
    private static void Add(Metadata metadata, string name, ImmutableArray<string> values)
    {
        bool isEncoded = values.Any(static v => v.AsSpan().ContainsAnyExceptInRange(' ', '~'));
        foreach (string value in values)
            metadata.Add(name, isEncoded ? WebUtility.UrlEncode(value) : value);
        if (isEncoded)
            metadata.Add(name + "-encoded", "1");
    }
}
