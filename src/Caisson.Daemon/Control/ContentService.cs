using Caisson.Daemon.Proto.Sessions.Content;
using Caisson.Engine;
using Caisson.Oci.Model;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Win32.SafeHandles;
using Status = Grpc.Core.Status;

namespace Caisson.Daemon.Control;

/// <summary>Blobs of the store and documents of the history, for clients that read what a build left. Nothing is written.</summary>
internal sealed class ContentService(BuildEngine engine, ClientHistory history) : Content.ContentBase
{
    private const int ChunkBytes = 1 << 20;

    /// <inheritdoc/>
    public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context)
    {
        long size = history.FindDocument(request.Digest) is { } document ? document.Length : SizeOf(request.Digest);
        return Task.FromResult(new InfoResponse { Info = new Info { Digest = request.Digest, Size = size } });
    }

    /// <inheritdoc/>
    public override async Task Read(ReadContentRequest request, IServerStreamWriter<ReadContentResponse> responseStream, ServerCallContext context)
    {
        if (history.FindDocument(request.Digest) is { } document)
        {
            await SendAsync(document.Length, (offset, length) => document.AsMemory((int)offset, length).ToArray(), request, responseStream, context.CancellationToken).ConfigureAwait(false);
            return;
        }
        using SafeFileHandle file = Open(request.Digest);
        await SendAsync(RandomAccess.GetLength(file), (offset, length) =>
        {
            byte[] chunk = new byte[length];
            return chunk[..RandomAccess.Read(file, chunk, offset)];
        }, request, responseStream, context.CancellationToken).ConfigureAwait(false);
    }

    private static async Task SendAsync(long size, Func<long, int, byte[]> read, ReadContentRequest request, IServerStreamWriter<ReadContentResponse> responses, CancellationToken ct)
    {
        if (request.Offset < 0 || request.Offset > size)
            throw new RpcException(new Status(StatusCode.OutOfRange, $"offset {request.Offset} is beyond {size}"));
        long end = request.Size > 0 ? Math.Min(size, request.Offset + request.Size) : size;
        for (long offset = request.Offset; offset < end;)
        {
            byte[] chunk = read(offset, (int)Math.Min(ChunkBytes, end - offset));
            if (chunk.Length == 0)
                throw new RpcException(new Status(StatusCode.DataLoss, $"{request.Digest} became shorter"));
            await responses.WriteAsync(new ReadContentResponse { Offset = offset, Data = UnsafeByteOperations.UnsafeWrap(chunk) }, ct).ConfigureAwait(false);
            offset += chunk.Length;
        }
    }

    private long SizeOf(string digest)
    {
        using SafeFileHandle file = Open(digest);
        return RandomAccess.GetLength(file);
    }

    private SafeFileHandle Open(string text)
    {
        if (!Digest.TryParse(text, out Digest? digest))
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"\"{text}\" is no digest"));
        try
        {
            return File.OpenHandle(Path.Combine(engine.Images.LayoutPath, "blobs", digest.Algorithm, digest.Hex));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RpcException(new Status(StatusCode.NotFound, $"content {digest}: not found"));
        }
    }
}
