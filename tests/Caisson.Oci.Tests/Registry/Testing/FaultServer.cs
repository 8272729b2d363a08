using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Caisson.Oci.Tests.Registry.Testing;

/// <summary>A small HTTP/1.1 server on loopback that does exactly what a test tells it, faults included.</summary>
internal sealed class FaultServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Func<FaultExchange, Task> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly Task _accepting;

    public FaultServer(Func<FaultExchange, Task> answer, X509Certificate2? certificate = null)
    {
        _answer = answer;
        _certificate = certificate;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Authority => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public string Address => $"{(_certificate is null ? "http" : "https")}://{Authority}";

    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
        Assert.Empty(_failures);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using Socket owned = socket;
        try
        {
            await using Stream stream = await WrapAsync(new NetworkStream(socket));
            while (await FaultExchange.ReadAsync(socket, stream, _stop.Token) is { } exchange)
            {
                _requests.Enqueue(new RecordedRequest(exchange.Method, exchange.Target, exchange.Headers));
                await _answer(exchange);
                if (!await exchange.CompleteAsync())
                    return;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // The client went away, or the test is over.
        }
        catch (Exception e)
        {
            _failures.Enqueue(e);
        }
    }

    private async Task<Stream> WrapAsync(NetworkStream plain)
    {
        if (_certificate is null)
            return plain;
        SslStream tls = new(plain);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
        return tls;
    }
}
