using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Caisson.Daemon.Hosting;

/// <summary>Lets clients say that they send nothing more, and hear the answer all the same. For Kestrel they are gone then, and what they asked for is given up.</summary>
/// <remarks>RFC 9112, section 9.6, "Tear-down": who is answered may have closed its half of the connection.</remarks>
internal static class HalfClosedConnection
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    // By TCP whoever is gone says no more than that it sends nothing more. After this time it is taken for gone.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Serves a connection that counts as closed once its client hears nothing any more.</summary>
    public static async Task ServeAsync(ConnectionContext connection, bool isTcp, ConnectionDelegate next)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
        {
            await next(connection).ConfigureAwait(false);
            return;
        }
        CancellationToken silent = connection.ConnectionClosed;
        using CancellationTokenSource gone = new();
        using CancellationTokenSource served = new();
        connection.ConnectionClosed = gone.Token;
        Task watching = WatchAsync(socket, isTcp, gone, silent, served.Token);
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            await served.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
            connection.ConnectionClosed = silent;
        }
    }

    private static async Task WatchAsync(Socket socket, bool isTcp, CancellationTokenSource gone, CancellationToken silent, CancellationToken served)
    {
        using (CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(silent, served))
            await Task.Delay(Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        for (TimeSpan waited = TimeSpan.Zero; !served.IsCancellationRequested; waited += Interval)
        {
            if (!Hears(socket) || (isTcp && waited >= Patience))
            {
                await gone.CancelAsync().ConfigureAwait(false);
                return;
            }
            await Task.Delay(Interval, served).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Nothing can be sent to it, not even nothing, when it has closed both halves.
    private static bool Hears(Socket socket)
    {
        try
        {
            socket.Send(ReadOnlySpan<byte>.Empty);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
