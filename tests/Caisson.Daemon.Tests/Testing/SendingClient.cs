using System.Collections.Concurrent;
using Caisson.Daemon.Proto.Files;
using Caisson.Daemon.Proto.Sessions.FileSync;
using Google.Protobuf;
using Grpc.Core;

namespace Caisson.Daemon.Tests.Testing;

/// <summary>A client that sends a directory as Go's clients do: entries at once, files when asked, four at a time.</summary>
internal sealed class SendingClient(IReadOnlyList<(Stat Stat, byte[] Content)> entries) : FileSync.FileSyncBase
{
    private const uint DirectoryBit = 1u << 31;
    private const uint LinkBit = 1u << 27;
    private const int Piece = 32 << 10;

    /// <summary>The paths of the files that were asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>What came with the last call.</summary>
    public Metadata Metadata { get; private set; } = [];

    public static (Stat, byte[]) File(string path, string content, uint mode = 0x1A4, long time = 1_000_000_007) => (new Stat { Path = path, Mode = mode, Size = content.Length, ModTime = time }, GrpcPair.Text(content));

    public static (Stat, byte[]) Folder(string path, uint mode = 0x1ED) => (new Stat { Path = path, Mode = DirectoryBit | mode, ModTime = 5 }, []);

    public static (Stat, byte[]) SymbolicLink(string path, string target) => (new Stat { Path = path, Mode = LinkBit | 0x1FF, Linkname = target, ModTime = 5 }, []);

    public static (Stat, byte[]) HardLink(string path, string target) => (new Stat { Path = path, Mode = 0x1A4, Linkname = target, ModTime = 1_000_000_007 }, []);

    public override async Task DiffCopy(IAsyncStreamReader<Packet> requestStream, IServerStreamWriter<Packet> responseStream, ServerCallContext context)
    {
        Metadata = context.RequestHeaders;
        using SemaphoreSlim turn = new(1);
        using SemaphoreSlim four = new(4);
        async Task SendAsync(Packet packet)
        {
            await turn.WaitAsync();
            try
            {
                await responseStream.WriteAsync(packet);
            }
            finally
            {
                turn.Release();
            }
        }
        async Task SendFileAsync(uint id)
        {
            await four.WaitAsync();
            byte[] content = entries[(int)id].Content;
            for (int at = 0; at < content.Length; at += Piece)
                await SendAsync(new Packet { Type = Packet.Types.PacketType.PacketData, ID = id, Data = ByteString.CopyFrom(content, at, Math.Min(Piece, content.Length - at)) });
            await SendAsync(new Packet { Type = Packet.Types.PacketType.PacketData, ID = id });
            four.Release();
        }
        async Task TellAsync()
        {
            foreach ((Stat stat, byte[] _) in entries)
                await SendAsync(new Packet { Type = Packet.Types.PacketType.PacketStat, Stat = stat });
            await SendAsync(new Packet { Type = Packet.Types.PacketType.PacketStat });
        }
        List<Task> work = [TellAsync()];
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            Packet packet = requestStream.Current;
            if (packet.Type == Packet.Types.PacketType.PacketFin)
            {
                await Task.WhenAll(work);
                await SendAsync(new Packet { Type = Packet.Types.PacketType.PacketFin });
                return;
            }
            if (packet.Type == Packet.Types.PacketType.PacketErr)
                throw new RpcException(new Status(StatusCode.Unknown, "error from receiver: " + packet.Data.ToStringUtf8()));
            Asked.Enqueue(entries[(int)packet.ID].Stat.Path);
            work.Add(SendFileAsync(packet.ID));
        }
    }
}
