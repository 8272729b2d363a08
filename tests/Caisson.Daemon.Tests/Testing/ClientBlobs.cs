using Caisson.Daemon.Proto.Sessions.Content;
using Google.Protobuf;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace Caisson.Daemon.Tests.Testing;

/// <summary>A store of blobs as clients serve it in their sessions.</summary>
internal sealed class ClientBlobs : Content.ContentBase
{
    public Dictionary<string, byte[]> All { get; } = [];

    public string? Store { get; private set; }

    public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context)
    {
        Store = context.RequestHeaders.GetValue("buildkit-attachable-store-id");
        return All.TryGetValue(request.Digest, out byte[]? blob)
            ? Task.FromResult(new InfoResponse { Info = new Info { Digest = request.Digest, Size = blob.Length } })
            : throw new RpcException(new Status(StatusCode.NotFound, "no"));
    }

    public override async Task Read(ReadContentRequest request, IServerStreamWriter<ReadContentResponse> responseStream, ServerCallContext context)
    {
        byte[] blob = All[request.Digest];
        for (int at = 0; at < blob.Length; at += 1 << 20)
            await responseStream.WriteAsync(new ReadContentResponse { Offset = at, Data = ByteString.CopyFrom(blob, at, Math.Min(1 << 20, blob.Length - at)) });
    }

    public override async Task Write(IAsyncStreamReader<WriteContentRequest> requestStream, IServerStreamWriter<WriteContentResponse> responseStream, ServerCallContext context)
    {
        Store = context.RequestHeaders.GetValue("buildkit-attachable-store-id");
        MemoryStream written = new();
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            WriteContentRequest request = requestStream.Current;
            if (All.ContainsKey(request.Expected))
                throw new RpcException(new Status(StatusCode.AlreadyExists, "exists"));
            Assert.True(request.Action == WriteAction.Stat || request.Offset == written.Length);
            request.Data.WriteTo(written);
            if (request.Action == WriteAction.Commit)
                All[request.Expected] = written.ToArray();
            await responseStream.WriteAsync(new WriteContentResponse { Action = request.Action, Offset = written.Length });
            if (request.Action == WriteAction.Commit)
                return;
        }
    }
}
