using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Caisson.Daemon.Grpc;
using Caisson.Daemon.Proto.Control;
using Caisson.Daemon.Proto.Health;
using Caisson.Daemon.Sessions;
using Caisson.Daemon.Tests.Testing;
using Grpc.Core;

namespace Caisson.Daemon.Tests.Sessions;

public sealed class SessionRegistryTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_is_called_on_the_connection_that_it_made()
    {
        await using FakeClient client = new();
        Health.BindService(client.Serves, new HealthService(CancellationToken.None));
        ClientSession session = await client.ConnectAsync("s1", "key", "/Test/One");
        HealthCheckResponse answer = await new Health.HealthClient(session.Calls).CheckAsync(new HealthCheckRequest(), cancellationToken: Ct);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);
        Assert.Equal("key", session.SharedKey);
        Assert.True(session.Offers("/test/ONE"));
        Assert.False(session.Offers("/test/two"));
        Assert.Same(session, await client.Registry.GetAsync("prefix:s1", Ct));
    }

    [Fact]
    public async Task A_session_whose_client_is_gone_has_ended()
    {
        await using FakeClient client = new();
        ClientSession session = await client.ConnectAsync();
        TaskCompletionSource closed = new();
        session.Closed.Register(closed.SetResult);
        client.Die();
        await closed.Task.WaitAsync(Ct);
        await client.Served.WaitAsync(Ct);
        Health.HealthClient calls = new(session.Calls);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(async () => await calls.CheckAsync(new HealthCheckRequest(), cancellationToken: Ct))).StatusCode);
    }

    [Fact]
    public async Task A_session_is_waited_for()
    {
        await using FakeClient client = new();
        Task<ClientSession> awaited = client.Registry.GetAsync("late", Ct);
        Assert.False(awaited.IsCompleted);
        await client.ConnectAsync("late");
        Assert.Equal("late", (await awaited).Id);
    }

    [Fact]
    public async Task A_session_that_does_not_come_is_not_found()
    {
        SessionRegistry registry = new(new Impatient());
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => registry.GetAsync("never", Ct));
        Assert.Equal(StatusCode.NotFound, e.StatusCode);
    }

    [Fact]
    public async Task A_name_is_given_once()
    {
        await using FakeClient client = new();
        await client.ConnectAsync();
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => client.Registry.ServeAsync(new MemoryStream(), new SessionTraits("s1", "", []), Ct));
        Assert.Equal(StatusCode.AlreadyExists, e.StatusCode);
    }

    [Fact]
    public async Task A_request_of_the_engines_api_becomes_a_session_or_a_connection_for_calls()
    {
        SessionRegistry registry = new(TimeProvider.System);
        GrpcServer calls = new(TimeProvider.System, CancellationToken.None);
        Health.BindService(calls, new HealthService(CancellationToken.None));
        SessionUpgrade? upgrade = null;
        // not null: set before the first request
        await using GrpcPair pair = new(http => GrpcServer.IsCall(http.Request) ? calls.AnswerAsync(http) : upgrade!.AnswerAsync(http, http.Request.Path == "/session"));
        upgrade = new SessionUpgrade(registry, pair.ServeHttp2Async);
        await pair.StartAsync();

        await using (GrpcConnection made = new(await UpgradeAsync(pair, "/grpc", ""), TimeProvider.System))
            await new Health.HealthClient(made.Calls).CheckAsync(new HealthCheckRequest(), cancellationToken: Ct);

        NetworkStream connection = await UpgradeAsync(pair, "/session", "X-Docker-Expose-Session-Uuid: abc\r\nX-Docker-Expose-Session-Sharedkey: k\r\nX-Docker-Expose-Session-Grpc-Method: /a/B\r\nX-Docker-Expose-Session-Grpc-Method: /a/C\r\n");
        Task serving = pair.ServeHttp2Async(new Pipes(PipeReader.Create(connection), PipeWriter.Create(connection)));
        ClientSession session = await registry.GetAsync("abc", Ct);
        Assert.True(session.Offers("/a/b") && session.Offers("/a/c"));
        await new Health.HealthClient(session.Calls).CheckAsync(new HealthCheckRequest(), cancellationToken: Ct);
        await connection.DisposeAsync();
        await serving;
    }

    [Theory]
    [InlineData("/session", "Upgrade: h2c\r\nConnection: Upgrade\r\n")]
    [InlineData("/session", "X-Docker-Expose-Session-Uuid: abc\r\n")]
    [InlineData("/grpc", "Upgrade: websocket\r\nConnection: Upgrade\r\n")]
    public async Task A_request_that_is_none_is_refused(string path, string headers)
    {
        SessionUpgrade? upgrade = null;
        await using GrpcPair pair = new(http => upgrade!.AnswerAsync(http, http.Request.Path == "/session")); // not null: set before the first request
        upgrade = new SessionUpgrade(new SessionRegistry(TimeProvider.System), pair.ServeHttp2Async);
        await pair.StartAsync();
        await using NetworkStream stream = await pair.DialAsync();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: 0\r\n\r\n"), Ct);
        using StreamReader reader = new(stream);
        Assert.Equal("HTTP/1.1 400 Bad Request", await reader.ReadLineAsync(Ct));
    }

    [Fact]
    public async Task A_session_travels_within_a_call()
    {
        SessionRegistry registry = new(TimeProvider.System);
        await using GrpcPair pair = new();
        Proto.Control.Control.BindService(pair.Server, new OnlySessions(registry));
        await pair.StartAsync();
        Metadata metadata = [new("x-docker-expose-session-uuid", "abc"), new("x-docker-expose-session-grpc-method", "/a/B"), new("x-docker-expose-session-grpc-method", "/a/C")];
        using AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call = new Proto.Control.Control.ControlClient(pair.Calls).Session(metadata, cancellationToken: Ct);
        GrpcServer mine = new(TimeProvider.System, CancellationToken.None);
        Health.BindService(mine, new HealthService(CancellationToken.None));
        await using GrpcPair own = new(mine.AnswerAsync);
        await own.StartAsync();
        MessageStream<BytesMessage> tunnel = new(call.ResponseStream, static m => m.Data, call.RequestStream, static b => new BytesMessage { Data = b });
        Task serving = own.ServeHttp2Async(new Pipes(PipeReader.Create(tunnel), PipeWriter.Create(tunnel)));
        ClientSession session = await registry.GetAsync("abc", Ct);
        Assert.True(session.Offers("/a/b") && session.Offers("/a/c"));
        await new Health.HealthClient(session.Calls).CheckAsync(new HealthCheckRequest(), cancellationToken: Ct);
        TaskCompletionSource closed = new();
        session.Closed.Register(closed.SetResult);
        await call.RequestStream.CompleteAsync();
        await closed.Task.WaitAsync(Ct);
        await serving;
    }

    private static async Task<NetworkStream> UpgradeAsync(GrpcPair pair, string path, string headers)
    {
        NetworkStream stream = await pair.DialAsync();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n{headers}Content-Length: 0\r\n\r\n"), Ct);
        StringBuilder answer = new();
        byte[] next = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(next, Ct);
            answer.Append((char)next[0]);
        }
        Assert.StartsWith("HTTP/1.1 101 Switching Protocols\r\n", answer.ToString(), StringComparison.Ordinal);
        Assert.Contains("Upgrade: h2c\r\n", answer.ToString(), StringComparison.Ordinal);
        return stream;
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class OnlySessions(SessionRegistry registry) : Proto.Control.Control.ControlBase
    {
        public override Task Session(IAsyncStreamReader<BytesMessage> requestStream, IServerStreamWriter<BytesMessage> responseStream, ServerCallContext context) => registry.ServeAsync(requestStream, responseStream, context);
    }

    // Every wait is over at once.
    private sealed class Impatient : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
