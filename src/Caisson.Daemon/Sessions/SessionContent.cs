using System.Buffers;
using Caisson.Daemon.Proto.Sessions.Content;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Google.Protobuf;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace Caisson.Daemon.Sessions;

/// <summary>A store of blobs that a client has: a layout that a build begins with, or a cache of its own.</summary>
/// <remarks>containerd's content service. Thread-safe.</remarks>
/// <param name="session">The client.</param>
/// <param name="store">Which of its stores, for example <c>oci:NAME</c> or <c>local:PATH</c>.</param>
internal sealed class SessionContent(ClientSession session, string store) : IBlobSource
{
    private const string StoreKey = "buildkit-attachable-store-id";

    // Go's clients take messages of 4 MiB.
    private const int Chunk = 1 << 20;

    private readonly Content.ContentClient _client = new(session.Calls);

    private Metadata Headers => [new(StoreKey, store)];

    /// <summary>How large a blob is, in bytes; null when the client does not have it.</summary>
    /// <exception cref="RpcException">The client cannot say, or is gone.</exception>
    public async Task<long?> TryGetSizeAsync(Digest digest, CancellationToken ct)
    {
        try
        {
            return (await _client.InfoAsync(new InfoRequest { Digest = digest.Value }, Headers, cancellationToken: ct).ConfigureAwait(false)).Info?.Size;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct)
    {
        if (await TryGetSizeAsync(blob.Digest, ct).ConfigureAwait(false) is null)
            throw new BlobNotFoundException(blob.Digest, $"the client's store {store}");
        AsyncServerStreamingCall<ReadContentResponse> call = _client.Read(new ReadContentRequest { Digest = blob.Digest.Value }, Headers, cancellationToken: ct);
        return new VerifyingStream(new MessageStream<ReadContentResponse>(call.ResponseStream, static m => m.Data, output: null, static b => new ReadContentResponse { Data = b }) { Call = call }, blob);
    }

    /// <summary>Gives the client a blob, unless it has it.</summary>
    /// <param name="blob">What it is.</param>
    /// <param name="content">Read once, to its end; not disposed.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RpcException">The client does not take it, or is gone.</exception>
    public async Task WriteBlobAsync(Descriptor blob, Stream content, CancellationToken ct)
    {
        try
        {
            using AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> call = _client.Write(Headers, cancellationToken: ct);
            string name = "caisson-" + blob.Digest.Value;
            await AskAsync(call, new WriteContentRequest { Action = WriteAction.Stat, Ref = name, Total = blob.Size, Expected = blob.Digest.Value }, ct).ConfigureAwait(false);
            // What an earlier attempt left there goes when something is written at 0.
            long offset = 0;
            byte[] buffer = ArrayPool<byte>.Shared.Rent(Chunk);
            try
            {
                while (await content.ReadAtLeastAsync(buffer.AsMemory(0, Chunk), Chunk, throwOnEndOfStream: false, ct).ConfigureAwait(false) is > 0 and int count)
                {
                    await AskAsync(call, new WriteContentRequest { Action = WriteAction.Write, Ref = name, Offset = offset, Data = ByteString.CopyFrom(buffer, 0, count) }, ct).ConfigureAwait(false);
                    offset += count;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
            await AskAsync(call, new WriteContentRequest { Action = WriteAction.Commit, Ref = name, Offset = offset, Total = blob.Size, Expected = blob.Digest.Value }, ct).ConfigureAwait(false);
            await call.RequestStream.CompleteAsync().ConfigureAwait(false);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            // Then it is done.
        }
    }

    private static async Task<WriteContentResponse> AskAsync(AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> call, WriteContentRequest request, CancellationToken ct)
    {
        try
        {
            await call.RequestStream.WriteAsync(request, ct).ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // Why the client takes no more is what its answer says.
        }
        return await call.ResponseStream.MoveNext(ct).ConfigureAwait(false) ? call.ResponseStream.Current : throw new RpcException(new Status(StatusCode.Internal, "the client ended before it had everything"));
    }
}
