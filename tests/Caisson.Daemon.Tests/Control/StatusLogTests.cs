using Caisson.Daemon.Control;
using Caisson.Daemon.Proto.Control;
using Google.Protobuf;

namespace Caisson.Daemon.Tests.Control;

public sealed class StatusLogTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private readonly StatusLog _log = new(TimeProvider.System);

    [Fact]
    public async Task Who_comes_late_is_told_what_is_known_and_the_last_lines()
    {
        _log.Set(new Vertex { Digest = "a", Name = "first" });
        _log.Set(new Vertex { Digest = "a", Name = "first", Completed = _log.Now, Cached = true });
        for (int i = 0; i < 3_000; i++)
            _log.Add(Line("a", $"line {i}\n"));
        _log.Add(new VertexWarning { Vertex = "a", Short = ByteString.CopyFromUtf8("careful") });
        _log.Complete();
        StatusResponse told = Assert.Single(await ReadAsync());
        Assert.True(Assert.Single(told.Vertexes).Cached);
        Assert.Equal(2_000, told.Logs.Count);
        Assert.Equal("line 2999\n", told.Logs[^1].Msg.ToStringUtf8());
        Assert.Single(told.Warnings);
        Assert.Equal((1, 1, 1, 1), _log.Counts);
    }

    [Fact]
    public async Task A_reader_that_is_slow_misses_lines_and_nothing_else()
    {
        await using IAsyncEnumerator<StatusResponse> reader = _log.ReadAllAsync(Ct).GetAsyncEnumerator(Ct);
        await reader.MoveNextAsync();
        for (int i = 0; i < 100; i++)
            _log.Add(Line("a", new string('x', 200_000)));
        _log.Set(new Vertex { Digest = "b" });
        List<StatusResponse> read = [];
        await reader.MoveNextAsync();
        read.Add(reader.Current);
        _log.Add(Line("a", "after\n"));
        _log.Complete();
        while (await reader.MoveNextAsync())
            read.Add(reader.Current);
        Assert.InRange(read.Sum(static r => r.Logs.Sum(static l => l.Msg.Length)), 1, 10 << 20);
        Assert.Contains(read, static r => r.Vertexes.Any(static v => v.Digest == "b"));
    }

    private async Task<List<StatusResponse>> ReadAsync()
    {
        List<StatusResponse> read = [];
        await foreach (StatusResponse told in _log.ReadAllAsync(Ct))
            read.Add(told);
        return read;
    }

    private VertexLog Line(string vertex, string text) => new() { Vertex = vertex, Stream = 1, Timestamp = _log.Now, Msg = ByteString.CopyFromUtf8(text) };
}
