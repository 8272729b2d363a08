using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Caisson.Oci.Tests.Registry.Testing;

/// <summary>Passes connections on to a real server, and resets the one over which the given number of bytes has passed, once.</summary>
internal sealed class BreakingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly IPEndPoint _target;
    private readonly bool _countsUpload;
    private readonly Task _accepting;
    private long _left;

    public BreakingProxy(string target, long breakAfterBytes, bool upload)
    {
        _target = IPEndPoint.Parse(target);
        _left = breakAfterBytes;
        _countsUpload = upload;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Authority => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public bool HasBroken => Interlocked.Read(ref _left) <= 0;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _connections.Add(PassAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
        }
    }

    private async Task PassAsync(Socket client)
    {
        using Socket near = client;
        using Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await far.ConnectAsync(_target, _stop.Token);
            await Task.WhenAny(CopyAsync(near, far, _countsUpload), CopyAsync(far, near, !_countsUpload)).Unwrap();
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool counts)
    {
        byte[] buffer = new byte[8192];
        while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and int count)
        {
            if (counts && Interlocked.Read(ref _left) > 0 && Interlocked.Add(ref _left, -count) <= 0)
            {
                from.LingerState = to.LingerState = new LingerOption(true, 0);
                return;
            }
            await to.SendAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }
}
