using System.Threading.Channels;
using Caisson.Daemon.Proto.Files;
using Caisson.Linux.Native;
using Caisson.Oci.Model;
using Google.Protobuf;
using Grpc.Core;

namespace Caisson.Daemon.Sessions;

/// <summary>Our side of the conversation about a directory that the other side has: it tells the entries, we ask for the files that have changed.</summary>
/// <remarks>
/// The protocol is fsutil's: entries in order, each counted; requests by number; pieces of files, an empty one at the end of each; then both say that they are done.
/// Requests are sent by a task of their own: who waits to send while the other side waits to send as well would wait forever.
/// </remarks>
/// <param name="root">The directory that becomes the same.</param>
/// <param name="progress">Is told how many bytes have come in all, now and then; or null.</param>
/// <param name="written">Is told of each file that was written, with its status and the digest of its content, from several threads; or null.</param>
internal sealed class DirectoryReceiver(DirectoryHandle root, Action<long>? progress, Action<FileStatus, Digest>? written)
{
    private const int MaxEntries = 4_000_000;
    private const int MaxPiece = 1 << 20;

    private const long ProgressMask = 0xFF;

    // Go's senders have four at a time.
    private const int MaxOpenFiles = 64;

    private readonly Channel<Packet> _outgoing = Channel.CreateUnbounded<Packet>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly Dictionary<uint, FileWriters.IncomingFile> _wanted = [];
    private uint _entries;
    private int _openFiles;
    private bool _allTold;
    private bool _done;
    private long _packets;
    private long _bytes;

    /// <summary>Called before something comes into the directory.</summary>
    public Action Growing { get; init; } = static () => { };

    /// <summary>Holds the conversation.</summary>
    /// <exception cref="RpcException">The call failed.</exception>
    /// <exception cref="InvalidDataException">The other side does not keep to the protocol, or says what went wrong there.</exception>
    /// <exception cref="SystemCallException">The disk does not take it.</exception>
    public async Task RunAsync(IAsyncStreamReader<Packet> input, IClientStreamWriter<Packet> output, CancellationToken ct)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        FileWriters writers = new(root, written, stop.Cancel);
        writers.Start();
        Task sending = SendAsync(output, stop);
        using TreeUpdate tree = new(root) { Growing = Growing };
        try
        {
            try
            {
                await ReceiveAsync(input, tree, writers, stop.Token).ConfigureAwait(false);
            }
            finally
            {
                // What could not be written is why the rest broke off.
                await writers.CompleteAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            _outgoing.Writer.TryWrite(new Packet { Type = Packet.Types.PacketType.PacketErr, Data = ByteString.CopyFromUtf8(e.Message) });
            throw;
        }
        finally
        {
            _outgoing.Writer.TryComplete();
            await sending.ConfigureAwait(false);
        }
        progress?.Invoke(_bytes);
    }

    private async Task ReceiveAsync(IAsyncStreamReader<Packet> input, TreeUpdate tree, FileWriters writers, CancellationToken ct)
    {
        while (await input.MoveNext(ct).ConfigureAwait(false))
        {
            Packet packet = input.Current;
            _bytes += packet.CalculateSize();
            if ((++_packets & ProgressMask) == 0)
                progress?.Invoke(_bytes);
            if (_done)
                continue;
            switch (packet.Type)
            {
                case Packet.Types.PacketType.PacketStat when packet.Stat is { } entry && !_allTold:
                    Take(tree, entry);
                    break;
                case Packet.Types.PacketType.PacketStat when packet.Stat is null:
                    _allTold = true;
                    break;
                case Packet.Types.PacketType.PacketData:
                    await TakeAsync(packet, writers, ct).ConfigureAwait(false);
                    break;
                case Packet.Types.PacketType.PacketErr:
                    throw new InvalidDataException($"error from sender: {packet.Data.ToStringUtf8()}");
                default:
                    throw new InvalidDataException($"the client sends a packet of type {packet.Type} that may not come now");
            }
            if (_allTold && _wanted.Count == 0)
            {
                await writers.CompleteAsync().ConfigureAwait(false);
                tree.Complete();
                _done = true;
                _outgoing.Writer.TryWrite(new Packet { Type = Packet.Types.PacketType.PacketFin });
                _outgoing.Writer.TryComplete();
            }
        }
        if (!_done)
            throw new InvalidDataException("the client ended before it had sent everything");
    }

    private void Take(TreeUpdate tree, Stat entry)
    {
        if (_entries == MaxEntries)
            throw new InvalidDataException($"the client sends more than {MaxEntries} files");
        uint id = _entries++;
        if (!tree.Apply(entry))
            return;
        _wanted.Add(id, new FileWriters.IncomingFile(id, entry.Path, GoFileMode.PermissionsOf(entry.Mode), GoFileMode.TimeOf(entry.ModTime)));
        _outgoing.Writer.TryWrite(new Packet { Type = Packet.Types.PacketType.PacketReq, ID = id });
    }

    private async ValueTask TakeAsync(Packet packet, FileWriters writers, CancellationToken ct)
    {
        if (!_wanted.TryGetValue(packet.ID, out FileWriters.IncomingFile? file))
            throw new InvalidDataException($"the client sends a part of file {packet.ID}, which was not asked for");
        if (packet.Data.Length > MaxPiece)
            throw new InvalidDataException($"the client sends {packet.Data.Length} bytes of a file at once");
        if (!file.HasBegun && ++_openFiles > MaxOpenFiles)
            throw new InvalidDataException("the client sends too many files at once");
        file.HasBegun = true;
        bool isLast = packet.Data.IsEmpty;
        if (isLast)
        {
            _wanted.Remove(packet.ID);
            _openFiles--;
        }
        // A piece waits for the next packet of its file: of most files the first piece is the last, and they are written in one go.
        ByteString? before = file.Waiting;
        file.Waiting = packet.Data;
        if (before is null && !isLast)
            return;
        try
        {
            await writers.WriteAsync(file, before ?? ByteString.Empty, isLast, ct).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new OperationCanceledException(ct); // the writers say why
        }
    }

    private async Task SendAsync(IClientStreamWriter<Packet> output, CancellationTokenSource stop)
    {
        WriteOptions more = new(WriteFlags.BufferHint);
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                while (_outgoing.Reader.TryRead(out Packet? packet))
                {
                    output.WriteOptions = _outgoing.Reader.TryPeek(out _) ? more : null;
                    await output.WriteAsync(packet).ConfigureAwait(false);
                }
            }
            await output.CompleteAsync().ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // The call has ended, which the receiver sees as well.
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }
}
