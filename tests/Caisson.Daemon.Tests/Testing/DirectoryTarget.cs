using Caisson.Daemon.Grpc;
using Caisson.Daemon.Proto.Files;
using Caisson.Daemon.Sessions;
using Caisson.Linux.Native;
using Google.Protobuf;
using Grpc.Core;

namespace Caisson.Daemon.Tests.Testing;

/// <summary>A client that takes a directory, with our own receiver.</summary>
internal sealed class DirectoryTarget(string path)
{
    private static readonly Marshaller<Packet> Packets = Marshallers.Create(static p => p.ToByteArray(), Packet.Parser.ParseFrom);

    public void Bind(GrpcServer server) => server.AddMethod(
        new Method<Packet, Packet>(MethodType.DuplexStreaming, "moby.filesync.v1.FileSend", "DiffCopy", Packets, Packets),
        new DuplexStreamingServerMethod<Packet, Packet>(async (requests, responses, call) =>
        {
            using DirectoryHandle root = DirectoryHandle.Open(path);
            await new DirectoryReceiver(root, progress: null, written: null).RunAsync(requests, new Writer(responses), call.CancellationToken);
        }));

    private sealed class Writer(IServerStreamWriter<Packet> responses) : IClientStreamWriter<Packet>
    {
        public WriteOptions? WriteOptions { get => responses.WriteOptions; set => responses.WriteOptions = value; }

        public Task WriteAsync(Packet message) => responses.WriteAsync(message);

        public Task CompleteAsync() => Task.CompletedTask;
    }
}
