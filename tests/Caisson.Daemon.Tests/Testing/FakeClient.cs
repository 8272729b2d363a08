using System.IO.Pipelines;
using System.Net.Sockets;
using Caisson.Daemon.Grpc;
using Caisson.Daemon.Hosting;
using Caisson.Daemon.Sessions;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Daemon.Tests.Testing;

/// <summary>A client with a session: what it serves is bound to <see cref="Serves"/> before it connects.</summary>
internal sealed class FakeClient : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly DaemonServer _server;
    private readonly CancellationTokenSource _end = new();
    private Socket? _mine;
    private Task _serving = Task.CompletedTask;
    private Task _served = Task.CompletedTask;

    public FakeClient()
    {
        Serves = new GrpcServer(TimeProvider.System, CancellationToken.None);
        Assert.True(DaemonAddress.TryParse("unix://" + _directory["own"], out DaemonAddress? address, out _));
        _server = new DaemonServer(new DaemonOptions { Addresses = [address] }, Serves.AnswerAsync);
    }

    public GrpcServer Serves { get; }

    public SessionRegistry Registry { get; } = new(TimeProvider.System);

    /// <summary>What the daemon does for the session; over when it has ended.</summary>
    public Task Served => _served;

    public async Task<ClientSession> ConnectAsync(string id = "s1", string sharedKey = "", params string[] methods)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await _server.StartAsync(ct);
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_directory["s"]));
        listener.Listen();
        _mine = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await _mine.ConnectAsync(new UnixDomainSocketEndPoint(_directory["s"]), ct);
        Socket daemons = await listener.AcceptAsync(ct);
        _serving = ServeAsync(new NetworkStream(_mine));
        SessionTraits traits = new(id, sharedKey, [.. methods.Select(static m => m.ToLowerInvariant())]);
        _served = Registry.ServeAsync(new NetworkStream(daemons, ownsSocket: true), traits, _end.Token);
        return await Registry.GetAsync(id, ct);
    }

    /// <summary>The client is gone, in whatever it was doing.</summary>
    public void Die() => _mine?.Dispose();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _served;
        _mine?.Dispose();
        await _serving;
        using CancellationTokenSource now = new(TimeSpan.Zero);
        await _server.StopAsync(now.Token);
        await _server.DisposeAsync();
        _end.Dispose();
        _directory.Dispose();
    }

    private async Task ServeAsync(Stream stream)
    {
        Pipes pipes = new(PipeReader.Create(stream), PipeWriter.Create(stream));
        await _server.ServeHttp2Async(pipes);
        _mine?.Dispose();
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
