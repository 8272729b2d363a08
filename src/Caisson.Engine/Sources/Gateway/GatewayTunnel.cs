using System.IO.Pipelines;
using System.Net.Sockets;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>A connection that passes unseen, because a rule says so: it is remembered that there was one, and how many bytes came.</summary>
/// <param name="step">The step.</param>
internal sealed class GatewayTunnel(GatewayStep step)
{
    private const int BufferBytes = 64 << 10;

    private readonly int _number = step.Begin();

    /// <summary>Passes it on until one side ends it.</summary>
    public async Task RunAsync(Uri target, PipeReader reader, Stream stream, AnswerWriter writer, CancellationToken ct)
    {
        using TcpClient upstream = new();
        try
        {
            await upstream.ConnectAsync(target.IdnHost, target.Port, ct).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            await writer.WriteTextAsync(502, $"caisson: {target.Authority} cannot be reached: {e.Message}\n", ct).ConfigureAwait(false);
            return;
        }
        RecordedExchange exchange = new() { Method = "CONNECT", Address = $"https://{target.Authority}/", Status = 200 };
        step.Note(_number, exchange); // whatever becomes of it
        await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), ct).ConfigureAwait(false);
        NetworkStream far = upstream.GetStream();
        Socket socket = upstream.Client;
        Task<long> there = CopyAsync(reader.AsStream(leaveOpen: true), far, () => socket.Shutdown(SocketShutdown.Send), ct);
        long came = await CopyAsync(far, stream, static () => { }, ct).ConfigureAwait(false);
        step.Note(_number, exchange with { SizeBytes = came });
        upstream.Close();
        await there.ConfigureAwait(false);
    }

    private static async Task<long> CopyAsync(Stream from, Stream to, Action ended, CancellationToken ct)
    {
        byte[] buffer = new byte[BufferBytes];
        long size = 0;
        try
        {
            while (await from.ReadAsync(buffer, ct).ConfigureAwait(false) is > 0 and var count)
            {
                await to.WriteAsync(buffer.AsMemory(0, count), ct).ConfigureAwait(false);
                size += count;
            }
            ended();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side has gone, or the step has ended.
        }
        return size;
    }
}
