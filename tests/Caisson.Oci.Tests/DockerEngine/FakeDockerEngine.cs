using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Caisson.Oci.Tests.DockerEngine;

/// <summary>Answers at a unix socket as a test says, one connection for each request, and keeps what was sent.</summary>
internal sealed class FakeDockerEngine : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _directory = Directory.CreateTempSubdirectory("engine-").FullName;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    public FakeDockerEngine()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        _listener.Listen();
        _serving = ServeAsync();
    }

    public string SocketPath => Path.Combine(_directory, "s");

    /// <summary>The bodies of answers by the paths of GET requests, without the version; others are not found.</summary>
    public Dictionary<string, string> Answers { get; } = new() { ["/_ping"] = "OK", ["/info"] = "{}" };

    /// <summary>The answers to loads, in order.</summary>
    public Queue<string> LoadAnswers { get; } = new();

    /// <summary>The path of a GET request whose answer never ends.</summary>
    public string? StallsAt { get; set; }

    public string ApiVersion { get; set; } = "1.41";

    /// <summary>What was loaded.</summary>
    public List<byte[]> Loaded { get; } = [];

    /// <summary>What was asked for.</summary>
    public List<string> Asked { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            using Socket connection = await _listener.AcceptAsync(_end.Token);
            await using NetworkStream stream = new(connection);
            await AnswerAsync(stream);
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        string request = await LineAsync(stream);
        Asked.Add(request);
        bool isChunked = false;
        while (await LineAsync(stream) is { Length: > 0 } header)
            isChunked |= header.StartsWith("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);
        if (isChunked)
            Loaded.Add(await ChunksAsync(stream));
        string path = request.Split(' ')[1];
        string unversioned = path.StartsWith("/v", StringComparison.Ordinal) ? path[path.IndexOf('/', 1)..] : path;
        string? body = isChunked ? LoadAnswers.Dequeue() : Answers.GetValueOrDefault(unversioned);
        string head = body is null ? "HTTP/1.1 404 Not Found" : "HTTP/1.1 200 OK";
        byte[] bytes = Encoding.UTF8.GetBytes(body ?? "{}");
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{head}\r\nApi-Version: {ApiVersion}\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n\r\n"), _end.Token);
        await stream.WriteAsync(unversioned == StallsAt ? bytes.AsMemory(1) : bytes, _end.Token);
        if (unversioned == StallsAt)
            await Task.Delay(Timeout.Infinite, _end.Token);
    }

    private async Task<byte[]> ChunksAsync(NetworkStream stream)
    {
        MemoryStream body = new();
        while (int.Parse(await LineAsync(stream), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var length)
        {
            byte[] chunk = new byte[length];
            await stream.ReadExactlyAsync(chunk, _end.Token);
            body.Write(chunk);
            await LineAsync(stream);
        }
        await LineAsync(stream);
        return body.ToArray();
    }

    private async Task<string> LineAsync(NetworkStream stream)
    {
        StringBuilder line = new();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, _end.Token) == 1 && one[0] != '\n')
            line.Append((char)one[0]);
        return line.ToString().TrimEnd('\r');
    }
}
