using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Caisson.Daemon.Tests.Testing;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using static Caisson.Daemon.Tests.Testing.GrpcPair;

namespace Caisson.Daemon.Tests.Grpc;

/// <summary>What no honest program sends, on the side of the server and on that of the client.</summary>
public sealed class WireTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, int> Bodies => new()
    {
        { "", 13 },
        { "0000000001", 13 },
        { "02000000014100", 13 },
        { "000000000541", 13 },
        { "0001000001", 8 },
        { "00ffffffff", 8 },
        { "0100000001", 13 },
        { "010000000141", 12 },
        { "00000000014100000000014100", 13 },
        { "000000000141000000000142", 13 },
        { "000000000141", 0 },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_request_that_is_wrong_is_answered_with_a_status_and_the_next_works(string hex, int status)
    {
        await using GrpcPair pair = await ServeEchoAsync();
        Assert.Equal($"{status}", await AskAsync(pair, Convert.FromHexString(hex)));
        Assert.Equal("x", Text(await pair.UnaryAsync("Echo", Text("x"))));
    }

    [Fact]
    public async Task A_packed_request_is_unpacked_up_to_the_limit()
    {
        await using GrpcPair pair = await ServeEchoAsync();
        Assert.Equal("0", await AskAsync(pair, Packed(1000), static r => r.Headers.Add("grpc-encoding", "gzip")));
        Assert.Equal("8", await AskAsync(pair, Packed(100 << 20), static r => r.Headers.Add("grpc-encoding", "gzip")));
        Assert.Equal("13", await AskAsync(pair, [1, 0, 0, 0, 2, 5, 5], static r => r.Headers.Add("grpc-encoding", "gzip")));
        Assert.Equal("12", await AskAsync(pair, Packed(1000), static r => r.Headers.Add("grpc-encoding", "zstd")));
    }

    [Fact]
    public async Task A_time_limit_that_is_none_is_refused()
    {
        await using GrpcPair pair = await ServeEchoAsync();
        foreach (string limit in (string[])["1", "m", "-1S", "123456789S", "1x", "1.5S"])
            Assert.Equal("13", await AskAsync(pair, [0, 0, 0, 0, 0], r => r.Headers.TryAddWithoutValidation("grpc-timeout", limit)));
        Assert.Equal("0", await AskAsync(pair, [0, 0, 0, 0, 0], static r => r.Headers.Add("grpc-timeout", "99999999H")));
    }

    [Fact]
    public async Task A_client_that_dies_in_the_middle_of_its_request_ends_the_call()
    {
        await using GrpcPair pair = new();
        TaskCompletionSource<StatusCode> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Server.AddMethod(Method(MethodType.DuplexStreaming, "Talk"), new DuplexStreamingServerMethod<byte[], byte[]>(async (requests, _, call) =>
        {
            try
            {
                while (await requests.MoveNext(call.CancellationToken))
                    begun.TrySetResult();
                ended.SetResult(StatusCode.OK);
            }
            catch (Exception)
            {
                ended.SetResult(call.CancellationToken.IsCancellationRequested ? StatusCode.Cancelled : StatusCode.Internal);
                throw;
            }
        }));
        await pair.StartAsync();
        AsyncDuplexStreamingCall<byte[], byte[]> call = pair.Duplex("Talk");
        await call.RequestStream.WriteAsync(Text("x"), Ct);
        await begun.Task.WaitAsync(Ct);
        await pair.Connection.DisposeAsync();
        Assert.NotEqual(StatusCode.OK, await ended.Task.WaitAsync(Ct));
    }

    public static TheoryData<string, StatusCode> Answers => new()
    {
        { "404", StatusCode.Unimplemented },
        { "503", StatusCode.Unavailable },
        { "html", StatusCode.Unknown },
        { "nothing", StatusCode.Internal },
        { "no status", StatusCode.Internal },
        { "strange status", StatusCode.Unknown },
        { "cut", StatusCode.Internal },
        { "large", StatusCode.ResourceExhausted },
        { "two", StatusCode.Internal },
        { "abort", StatusCode.Internal },
        { "bad message", StatusCode.Aborted },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_that_is_wrong_is_a_failure_of_that_call(string kind, StatusCode status)
    {
        await using GrpcPair pair = new(http => AnswerAsync(http, kind));
        await pair.StartAsync();
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => pair.UnaryAsync("Any", []));
        Assert.Equal(status, e.StatusCode);
        Assert.False(pair.Connection.Closed.IsCancellationRequested);
    }

    [Fact]
    public async Task A_packed_answer_is_unpacked()
    {
        await using GrpcPair pair = new(static http => AnswerAsync(http, "packed"));
        await pair.StartAsync();
        Assert.Equal(new byte[1000], await pair.UnaryAsync("Any", []));
    }

    private static async Task AnswerAsync(HttpContext http, string kind)
    {
        HttpResponse response = http.Response;
        response.ContentType = kind == "html" ? "text/html" : "application/grpc";
        response.StatusCode = int.TryParse(kind, out int code) ? code : 200;
        switch (kind)
        {
            case "nothing":
                response.Headers["grpc-status"] = "0";
                return;
            case "strange status":
                response.Headers["grpc-status"] = "99";
                return;
            case "bad message":
                response.Headers["grpc-status"] = "10";
                response.Headers["grpc-message"] = "100%zz%";
                return;
            case "packed":
                response.Headers["grpc-encoding"] = "gzip";
                break;
        }
        byte[] body = kind switch
        {
            "cut" => [0, 0, 0, 0, 5, 65],
            "large" => [0, 127, 0, 0, 0, 65],
            "two" => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            "packed" => Packed(1000),
            _ => [0, 0, 0, 0, 0],
        };
        await response.Body.WriteAsync(body, Ct);
        await response.Body.FlushAsync(Ct);
        if (kind == "abort")
            http.Abort();
        else if (kind != "no status")
            response.AppendTrailer("grpc-status", "0");
    }

    private static async Task<GrpcPair> ServeEchoAsync()
    {
        GrpcPair pair = new();
        pair.Server.AddMethod(Method(MethodType.Unary, "Echo"), new UnaryServerMethod<byte[], byte[]>(static (request, _) => Task.FromResult(request)));
        await pair.StartAsync();
        return pair;
    }

    private static async Task<string?> AskAsync(GrpcPair pair, byte[] body, Action<HttpRequestMessage>? edit = null)
    {
        using HttpMessageInvoker http = new(new SocketsHttpHandler { ConnectCallback = async (_, _) => await pair.DialAsync() });
        using HttpRequestMessage request = new(HttpMethod.Post, "http://localhost/test.Test/Echo") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        edit?.Invoke(request);
        using HttpResponseMessage response = await http.SendAsync(request, Ct);
        await response.Content.ReadAsByteArrayAsync(Ct);
        HttpResponseHeaders headers = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        return headers.TryGetValues("grpc-status", out IEnumerable<string>? values) ? values.Single() : null;
    }

    private static byte[] Packed(int length)
    {
        using MemoryStream packed = new();
        packed.Write(new byte[5]);
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            byte[] zeros = new byte[1 << 16];
            for (int left = length; left > 0; left -= zeros.Length)
                gzip.Write(zeros, 0, Math.Min(left, zeros.Length));
        }
        byte[] message = packed.ToArray();
        message[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), message.Length - 5);
        return message;
    }
}
