using System.Collections.Immutable;
using System.Net;
using Caisson.Daemon.Proto.Files;
using Caisson.Daemon.Proto.Sessions.FileSync;
using Caisson.Engine;
using Caisson.Linux.Native;
using Grpc.Core;

namespace Caisson.Daemon.Sessions;

/// <summary>Directories of clients. What one has sent is kept, so that of the next only what has changed travels.</summary>
internal sealed class SessionFiles(ClientDirectories directories)
{
    /// <summary>What the client must serve.</summary>
    public const string Method = "/moby.filesync.v1.FileSync/DiffCopy";

    /// <summary>Gets a directory.</summary>
    /// <param name="session">Whose it is.</param>
    /// <param name="request">Which.</param>
    /// <param name="progress">Is told how many bytes have come in all, now and then; or null.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The directory, until it is disposed.</returns>
    /// <exception cref="RpcException">The client does not have it, or is gone.</exception>
    /// <exception cref="InvalidDataException">The client sends what is no directory.</exception>
    /// <exception cref="BuildException">The store cannot be written to.</exception>
    public async Task<ClientDirectory> ReceiveAsync(ClientSession session, FileRequest request, Action<long>? progress, CancellationToken ct)
    {
        if (!session.Offers(Method))
            throw new RpcException(new Status(StatusCode.Unimplemented, "no local sources enabled"));
        ClientDirectory directory = directories.Lease($"{request.Name}:{request.SharedKeyHint}:{session.SharedKey}", $"local source for {request.Name}");
        try
        {
            using DirectoryHandle root = DirectoryHandle.Open(directory.Path);
            using AsyncDuplexStreamingCall<Packet, Packet> call = new FileSync.FileSyncClient(session.Calls).DiffCopy(MetadataOf(request), cancellationToken: ct);
            await new DirectoryReceiver(root, progress).RunAsync(call.ResponseStream, call.RequestStream, ct).ConfigureAwait(false);
            return directory;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
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
