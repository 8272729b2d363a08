using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Channels;
using Caisson.Daemon.Proto.Files;
using Caisson.Linux.Native;
using Caisson.Oci.Tar;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Daemon.Sessions;

/// <summary>Our side of the conversation about a directory that we have: we tell the entries, the other side asks for the files that it wants.</summary>
/// <remarks>The other half of <see cref="DirectoryReceiver"/>. Entries go in the order of the bytes of their names, each directory before what is in it.</remarks>
/// <param name="root">The directory.</param>
/// <param name="progress">Is told how many bytes have gone in all, now and then; or null.</param>
internal sealed class DirectorySender(DirectoryHandle root, Action<long>? progress) : IDisposable
{
    private const int Piece = 32 << 10;

    private readonly ConcurrentDictionary<uint, string> _files = [];
    private readonly Dictionary<(ulong, ulong), string> _names = [];
    private readonly Channel<uint> _asked = Channel.CreateUnbounded<uint>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly SemaphoreSlim _turn = new(1);
    private uint _entries;
    private long _bytes;

    /// <summary>Holds the conversation.</summary>
    /// <exception cref="RpcException">The call failed.</exception>
    /// <exception cref="InvalidDataException">The other side does not keep to the protocol, or says what went wrong there.</exception>
    /// <exception cref="SystemCallException">The directory cannot be read.</exception>
    public async Task RunAsync(IAsyncStreamReader<Packet> input, IClientStreamWriter<Packet> output, CancellationToken ct)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task telling = OrStopAsync(TellAllAsync(output, stop.Token), stop);
        Task sending = OrStopAsync(SendFilesAsync(output, stop.Token), stop);
        try
        {
            await ListenAsync(input, stop.Token).ConfigureAwait(false);
            _asked.Writer.TryComplete();
            await Task.WhenAll(telling, sending).ConfigureAwait(false);
            await SendAsync(output, new Packet { Type = Packet.Types.PacketType.PacketFin }, ct).ConfigureAwait(false);
            await output.CompleteAsync().ConfigureAwait(false);
            while (await input.MoveNext(ct).ConfigureAwait(false))
            {
                // Only the status is to come.
            }
        }
        catch when (stop.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            // What stopped the rest is the reason.
            _asked.Writer.TryComplete();
            await Task.WhenAll(telling, sending).ConfigureAwait(false);
            throw;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            _asked.Writer.TryComplete();
            await Task.WhenAll(telling, sending).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
        }
        progress?.Invoke(_bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task ListenAsync(IAsyncStreamReader<Packet> input, CancellationToken ct)
    {
        while (await input.MoveNext(ct).ConfigureAwait(false))
        {
            Packet packet = input.Current;
            switch (packet.Type)
            {
                case Packet.Types.PacketType.PacketReq when _files.ContainsKey(packet.ID):
                    _asked.Writer.TryWrite(packet.ID);
                    break;
                case Packet.Types.PacketType.PacketFin:
                    return;
                case Packet.Types.PacketType.PacketErr:
                    throw new InvalidDataException($"error from receiver: {packet.Data.ToStringUtf8()}");
                default:
                    throw new InvalidDataException($"the client sends a packet of type {packet.Type} ({packet.ID}) that may not come now");
            }
        }
        throw new InvalidDataException("the client ended before it had everything");
    }

    // When the call has ended, its reader comes to the end by itself, and to what the other side said before.
    private static async Task OrStopAsync(Task work, CancellationTokenSource stop)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (Exception e) when (e is not RpcException)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task TellAllAsync(IClientStreamWriter<Packet> output, CancellationToken ct)
    {
        await TellAsync(root, "", output, ct).ConfigureAwait(false);
        await SendAsync(output, new Packet { Type = Packet.Types.PacketType.PacketStat }, ct).ConfigureAwait(false);
    }

    private async Task TellAsync(DirectoryHandle directory, string prefix, IClientStreamWriter<Packet> output, CancellationToken ct)
    {
        List<string> names = directory.List();
        names.Sort(PathText.Compare);
        foreach (string name in names)
        {
            FileStatus status = directory.Status(name);
            string path = prefix + name;
            Stat stat = StatOf(directory, name, path, status);
            uint id = _entries++;
            if (GoFileMode.KindOf(stat.Mode) == FileKind.File)
                _files[id] = path;
            await SendAsync(output, new Packet { Type = Packet.Types.PacketType.PacketStat, Stat = stat }, ct).ConfigureAwait(false);
            if (!status.IsDirectory)
                continue;
            using DirectoryHandle child = directory.OpenDirectory(name);
            await TellAsync(child, path + "/", output, ct).ConfigureAwait(false);
        }
    }

    private Stat StatOf(DirectoryHandle directory, string name, string path, FileStatus status)
    {
        Stat stat = new()
        {
            Path = path,
            Mode = GoFileMode.Of(status.Kind, status.Mode),
            Uid = status.Uid,
            Gid = status.Gid,
            ModTime = GoFileMode.NanosecondsOf(status.Modified),
            Size = status.IsDirectory ? 0 : status.SizeBytes,
            Devmajor = status.Kind is FileKind.BlockDevice or FileKind.CharacterDevice ? status.DeviceMajor : 0,
            Devminor = status.Kind is FileKind.BlockDevice or FileKind.CharacterDevice ? status.DeviceMinor : 0,
        };
        if (status.Kind == FileKind.SymbolicLink)
        {
            stat.Linkname = directory.ReadLink(name);
        }
        else if (!status.IsDirectory && status.LinkCount > 1 && !_names.TryAdd((status.Device, status.Inode), path))
        {
            stat.Linkname = _names[(status.Device, status.Inode)];
            stat.Size = 0;
        }
        return stat;
    }

    private async Task SendFilesAsync(IClientStreamWriter<Packet> output, CancellationToken ct)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            await foreach (uint id in _asked.Reader.ReadAllAsync(ct).ConfigureAwait(false))
            {
                if (!_files.TryRemove(id, out string? path))
                    throw new InvalidDataException($"the client asks for file {id} twice");
                using SafeFileHandle file = root.OpenFile(path);
                long offset = 0;
                while (RandomAccess.Read(file, buffer.AsSpan(0, Piece), offset) is > 0 and int count)
                {
                    await SendAsync(output, new Packet { Type = Packet.Types.PacketType.PacketData, ID = id, Data = ByteString.CopyFrom(buffer, 0, count) }, ct).ConfigureAwait(false);
                    offset += count;
                }
                await SendAsync(output, new Packet { Type = Packet.Types.PacketType.PacketData, ID = id }, ct).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The entries and the contents go at the same time, but a message at once.
    private async Task SendAsync(IClientStreamWriter<Packet> output, Packet packet, CancellationToken ct)
    {
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await output.WriteAsync(packet, ct).ConfigureAwait(false);
            _bytes += packet.CalculateSize();
        }
        finally
        {
            _turn.Release();
        }
        if (packet.Data.Length > 0)
            progress?.Invoke(_bytes);
    }
}
