using Caisson.Daemon.Tests.Testing;
using Grpc.Core;
using static Caisson.Daemon.Tests.Testing.GrpcPair;

namespace Caisson.Daemon.Tests.Grpc;

/// <summary>Our client and our server.</summary>
public sealed class CallTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly GrpcPair _pair;
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CallTests() => _pair = new GrpcPair(clientTime: _time, ending: _ending.Token);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _pair.Server.AddMethod(Method(MethodType.Unary, "Echo"), new UnaryServerMethod<byte[], byte[]>(static (request, _) => Task.FromResult(request)));
        _pair.Server.AddMethod(Method(MethodType.Unary, "Headers"), new UnaryServerMethod<byte[], byte[]>(static async (_, call) =>
        {
            await call.WriteResponseHeadersAsync([new Metadata.Entry("first", "1"), new Metadata.Entry("raw-bin", [1, 2, 3, 255])]);
            call.ResponseTrailers.Add("last", "2");
            return Text(string.Join('|', call.RequestHeaders.Where(static e => e.Key.StartsWith("my-", StringComparison.Ordinal)).Select(static e => $"{e.Key}={(e.IsBinary ? Convert.ToHexString(e.ValueBytes) : e.Value)}")));
        }));
        _pair.Server.AddMethod(Method(MethodType.Unary, "Fail"), new UnaryServerMethod<byte[], byte[]>(static (request, _) => throw new RpcException(
            new Status(StatusCode.FailedPrecondition, Text(request)), [new Metadata.Entry("grpc-status-details-bin", [7, 8, 9])])));
        _pair.Server.AddMethod(Method(MethodType.Unary, "Break"), new UnaryServerMethod<byte[], byte[]>(static (_, _) => throw new InvalidDataException("it broke")));
        _pair.Server.AddMethod(Method(MethodType.Unary, "Wait"), new UnaryServerMethod<byte[], byte[]>(async (_, call) =>
        {
            _waiting.TrySetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, call.CancellationToken);
            }
            finally
            {
                _cancelled.TrySetResult();
            }
            return [];
        }));
        _pair.Server.AddMethod(Method(MethodType.ServerStreaming, "Count"), new ServerStreamingServerMethod<byte[], byte[]>(static async (request, responses, call) =>
        {
            for (int i = 0; i < int.Parse(Text(request)); i++)
                await responses.WriteAsync(Text($"{i}"), call.CancellationToken);
            call.ResponseTrailers.Add("last", "2");
        }));
        _pair.Server.AddMethod(Method(MethodType.ClientStreaming, "Join"), new ClientStreamingServerMethod<byte[], byte[]>(static async (requests, call) =>
        {
            List<string> all = [];
            while (await requests.MoveNext(call.CancellationToken))
                all.Add(Text(requests.Current));
            return Text(string.Join(',', all));
        }));
        _pair.Server.AddMethod(Method(MethodType.DuplexStreaming, "Talk"), new DuplexStreamingServerMethod<byte[], byte[]>(async (requests, responses, call) =>
        {
            try
            {
                while (await requests.MoveNext(call.CancellationToken))
                    await responses.WriteAsync(requests.Current, call.CancellationToken);
            }
            finally
            {
                _cancelled.TrySetResult();
            }
        }));
        _pair.Server.AddMethod(Method(MethodType.DuplexStreaming, "Refuse"), new DuplexStreamingServerMethod<byte[], byte[]>(static (_, _, _) => throw new RpcException(new Status(StatusCode.PermissionDenied, "no"))));
        await _pair.StartAsync();
    }

    public ValueTask DisposeAsync() => _pair.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData(16 << 20)]
    public async Task A_message_comes_back_as_it_was(int size)
    {
        byte[] request = new byte[size];
        new Random(size).NextBytes(request);
        Assert.Equal(request, await _pair.UnaryAsync("Echo", request));
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_refused_and_the_next_call_works()
    {
        Assert.Equal(StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(() => _pair.UnaryAsync("Echo", new byte[(16 << 20) + 1]))).StatusCode);
        Assert.Equal("x", Text(await _pair.UnaryAsync("Echo", Text("x"))));
    }

    [Fact]
    public async Task Metadata_travels_both_ways_and_values_of_one_name_stay_apart()
    {
        Metadata metadata = [new("my-list", "a, b"), new("my-raw-bin", [0, 255]), new("my-list", "c"), new("my-list", ""), new("my-long", new string('x', 300)), new("my-long", "y")];
        using AsyncUnaryCall<byte[]> call = _pair.Calls.AsyncUnaryCall(Method(MethodType.Unary, "Headers"), null, new CallOptions(metadata), []);
        Assert.Equal($"my-list=a, b|my-list=c|my-list=|my-raw-bin=00FF|my-long={new string('x', 300)}|my-long=y", Text(await call.ResponseAsync));
        Metadata headers = await call.ResponseHeadersAsync;
        Assert.Equal("1", headers.GetValue("first"));
        Assert.Equal([1, 2, 3, 255], headers.GetValueBytes("raw-bin"));
        Assert.Equal("2", call.GetTrailers().GetValue("last"));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Very_many_values_travel_in_several_frames()
    {
        Metadata metadata = [.. Enumerable.Range(0, 90).Select(static i => new Metadata.Entry("my-list", $"{i}-{new string('v', 250)}"))];
        string got = Text(await _pair.UnaryAsync("Headers", [], new CallOptions(metadata)));
        Assert.Equal(string.Join('|', metadata.Select(static e => $"my-list={e.Value}")), got);
    }

    [Fact]
    public async Task Metadata_that_cannot_be_sent_fail_the_call()
    {
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => _pair.UnaryAsync("Headers", [], new CallOptions([new Metadata.Entry("my-list", "ä")])));
        Assert.Equal(StatusCode.Internal, e.StatusCode);
    }

    [Fact]
    public async Task A_status_comes_with_its_message_and_details()
    {
        const string text = "50 % of \"größe\"\nis gone";
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => _pair.UnaryAsync("Fail", Text(text)));
        Assert.Equal(StatusCode.FailedPrecondition, e.StatusCode);
        Assert.Equal(text, e.Status.Detail);
        Assert.Equal([7, 8, 9], e.Trailers.GetValueBytes("grpc-status-details-bin"));
    }

    [Fact]
    public async Task What_breaks_says_its_message_and_nothing_else()
    {
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => _pair.UnaryAsync("Break", []));
        Assert.Equal(new Status(StatusCode.Unknown, "it broke"), e.Status);
    }

    [Fact]
    public async Task An_unknown_method_is_unimplemented() =>
        Assert.Equal(StatusCode.Unimplemented, (await Assert.ThrowsAsync<RpcException>(() => _pair.UnaryAsync("Nothing", []))).StatusCode);

    [Fact]
    public async Task A_deadline_ends_the_call_on_both_sides()
    {
        Task<byte[]> call = _pair.UnaryAsync("Wait", [], new CallOptions(deadline: DateTime.UtcNow.AddHours(1)));
        await _waiting.Task.WaitAsync(Ct);
        _time.End();
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
        await _cancelled.Task.WaitAsync(Ct);
    }

    [Fact]
    public async Task A_deadline_that_has_passed_is_not_waited_for() =>
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => _pair.UnaryAsync("Wait", [], new CallOptions(deadline: DateTime.UtcNow.AddHours(-1))))).StatusCode);

    [Fact]
    public async Task Whoever_waits_when_the_server_ends_is_told()
    {
        Task<byte[]> waiting = _pair.UnaryAsync("Wait", []);
        await _waiting.Task.WaitAsync(Ct);
        await _ending.CancelAsync();
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => waiting);
        Assert.Equal((StatusCode.Unavailable, "it ends"), (e.StatusCode, e.Status.Detail));
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled_on_the_other_side()
    {
        using CancellationTokenSource cancel = new();
        using AsyncDuplexStreamingCall<byte[], byte[]> call = _pair.Duplex("Talk", new CallOptions(cancellationToken: cancel.Token));
        await call.RequestStream.WriteAsync(Text("x"), Ct);
        Assert.True(await call.ResponseStream.MoveNext(Ct));
        await cancel.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Ct))).StatusCode);
        await _cancelled.Task.WaitAsync(Ct);
        Assert.Equal("y", Text(await _pair.UnaryAsync("Echo", Text("y"))));
    }

    [Fact]
    public async Task A_call_that_is_disposed_of_is_cancelled_on_the_other_side()
    {
        using (AsyncDuplexStreamingCall<byte[], byte[]> call = _pair.Duplex("Talk"))
        {
            await call.RequestStream.WriteAsync(Text("x"), Ct);
            Assert.True(await call.ResponseStream.MoveNext(Ct));
        }
        await _cancelled.Task.WaitAsync(Ct);
    }

    [Fact]
    public async Task Answers_come_one_by_one_with_trailers_at_the_end()
    {
        using AsyncServerStreamingCall<byte[]> call = _pair.Calls.AsyncServerStreamingCall(Method(MethodType.ServerStreaming, "Count"), null, default, Text("1000"));
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(await call.ResponseStream.MoveNext(Ct));
            Assert.Equal($"{i}", Text(call.ResponseStream.Current));
        }
        Assert.False(await call.ResponseStream.MoveNext(Ct));
        Assert.Equal("2", call.GetTrailers().GetValue("last"));
    }

    [Fact]
    public async Task Requests_go_one_by_one()
    {
        using AsyncClientStreamingCall<byte[], byte[]> call = _pair.Calls.AsyncClientStreamingCall(Method(MethodType.ClientStreaming, "Join"), null, default);
        call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.BufferHint);
        for (int i = 0; i < 100; i++)
            await call.RequestStream.WriteAsync(Text($"{i}"), Ct);
        await call.RequestStream.CompleteAsync();
        Assert.Equal(string.Join(',', Enumerable.Range(0, 100)), Text(await call.ResponseAsync));
    }

    [Fact]
    public async Task A_conversation_goes_back_and_forth_and_ends_when_one_side_has_said_all()
    {
        using AsyncDuplexStreamingCall<byte[], byte[]> call = _pair.Duplex("Talk");
        for (int i = 0; i < 100; i++)
        {
            await call.RequestStream.WriteAsync(Text($"{i}"), Ct);
            Assert.True(await call.ResponseStream.MoveNext(Ct));
            Assert.Equal($"{i}", Text(call.ResponseStream.Current));
        }
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Ct));
    }

    [Fact]
    public async Task A_conversation_that_is_refused_says_why_to_who_reads_and_who_writes()
    {
        using AsyncDuplexStreamingCall<byte[], byte[]> call = _pair.Duplex("Refuse");
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Ct))).StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(Text("x"), Ct))).StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Who_reads_slowly_holds_up_who_writes()
    {
        using AsyncDuplexStreamingCall<byte[], byte[]> call = _pair.Duplex("Talk");
        byte[] chunk = new byte[1 << 20];
        int written = 0;
        async Task WriteAllAsync()
        {
            for (int i = 0; i < 100; i++)
            {
                await call.RequestStream.WriteAsync(chunk, Ct);
                Interlocked.Increment(ref written);
            }
            await call.RequestStream.CompleteAsync();
        }
        Task writing = WriteAllAsync();
        int read = 0;
        while (await call.ResponseStream.MoveNext(Ct))
        {
            // The windows of both sides and what their pipes hold.
            Assert.True(Volatile.Read(ref written) - read < 60);
            read++;
        }
        await writing;
        Assert.Equal(100, read);
    }

    [Fact]
    public async Task Hundreds_of_calls_go_on_at_once()
    {
        AsyncDuplexStreamingCall<byte[], byte[]>[] calls = [.. Enumerable.Range(0, 300).Select(_ => _pair.Duplex("Talk"))];
        await Task.WhenAll(calls.Select(static async (call, i) =>
        {
            await call.RequestStream.WriteAsync(Text($"{i}"), Ct);
            Assert.True(await call.ResponseStream.MoveNext(Ct));
            Assert.Equal($"{i}", Text(call.ResponseStream.Current));
            await call.RequestStream.CompleteAsync();
            Assert.False(await call.ResponseStream.MoveNext(Ct));
            call.Dispose();
        }));
    }

    [Fact]
    public async Task When_the_connection_ends_calls_are_unavailable_and_no_other_is_made()
    {
        using AsyncDuplexStreamingCall<byte[], byte[]> call = _pair.Duplex("Talk");
        await call.RequestStream.WriteAsync(Text("x"), Ct);
        Assert.True(await call.ResponseStream.MoveNext(Ct));
        await _pair.Connection.DisposeAsync();
        Assert.True(_pair.Connection.Closed.IsCancellationRequested);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Ct))).StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => _pair.UnaryAsync("Echo", []))).StatusCode);
        await _cancelled.Task.WaitAsync(Ct);
    }
}
