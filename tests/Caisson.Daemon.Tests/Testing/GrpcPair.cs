using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Caisson.Daemon.Grpc;
using Caisson.Daemon.Hosting;
using Caisson.Oci.Tests.Testing;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.Tests.Testing;

/// <summary>A server on a socket, and a connection to it.</summary>
internal sealed class GrpcPair : IAsyncDisposable
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(static (byte[] b) => b, static b => b);
    private readonly TempDirectory _directory = new();
    private readonly DaemonServer _server;
    private readonly string _path;
    private readonly TimeProvider _clientTime;
    private GrpcConnection? _client;

    public GrpcPair(RequestDelegate? answer = null, TimeProvider? clientTime = null, CancellationToken ending = default)
    {
        _clientTime = clientTime ?? TimeProvider.System;
        _path = Path.Combine(_directory.Path, "s");
        Assert.True(DaemonAddress.TryParse("unix://" + _path, out DaemonAddress? address, out _));
        Server = new GrpcServer(TimeProvider.System, ending) { Ended = "it ends" };
        _server = new DaemonServer(new DaemonOptions { Addresses = [address] }, answer ?? Server.AnswerAsync);
    }

    public GrpcServer Server { get; }

    public GrpcConnection Connection => _client ?? throw new InvalidOperationException();

    public CallInvoker Calls => Connection.Calls;

    public Task ServeHttp2Async(IDuplexPipe connection) => _server.ServeHttp2Async(connection);

    public static Method<byte[], byte[]> Method(MethodType type, string name) => new(type, "test.Test", name, Bytes, Bytes);

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    public async Task StartAsync()
    {
        await _server.StartAsync(TestContext.Current.CancellationToken);
        _client = new GrpcConnection(await DialAsync(), _clientTime);
    }

    public async Task<NetworkStream> DialAsync()
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), TestContext.Current.CancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public async Task<byte[]> UnaryAsync(string name, byte[] request, CallOptions options = default)
    {
        using AsyncUnaryCall<byte[]> call = Calls.AsyncUnaryCall(Method(MethodType.Unary, name), null, options, request);
        return await call.ResponseAsync;
    }

    public AsyncDuplexStreamingCall<byte[], byte[]> Duplex(string name, CallOptions options = default) => Calls.AsyncDuplexStreamingCall(Method(MethodType.DuplexStreaming, name), null, options);

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        using CancellationTokenSource now = new(TimeSpan.Zero);
        await _server.StopAsync(now.Token);
        await _server.DisposeAsync();
        _directory.Dispose();
    }
}
