using Caisson.Daemon.Control;
using Caisson.Daemon.Proto.Control;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Caisson.Daemon.Tests.Control;

public sealed class StatusLogTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private readonly StatusLog _log = new(TimeProvider.System);

    [Fact]
    public async Task Who_comes_late_is_told_what_is_known_and_the_last_lines()
    {
        _log.Set(new Vertex { Digest = "a", Name = "first" });
        for (int i = 0; i < 3_000; i++)
            _log.Add(Line("a", $"line {i}\n"));
        _log.Set(new Vertex { Digest = "a", Name = "first", Completed = _log.Now, Cached = true });
        _log.Add(new VertexWarning { Vertex = "a", Short = ByteString.CopyFromUtf8("careful") });
        _log.Complete();
        StatusResponse told = Assert.Single(await ReadAsync());
        Assert.Equal([false, true], told.Vertexes.Select(static v => v.Cached));
        Assert.Equal(2_000, told.Logs.Count);
        Assert.Equal("line 2999\n", told.Logs[^1].Msg.ToStringUtf8());
        Assert.Single(told.Warnings);
        Assert.Equal((1, 1, 1, 1), _log.Counts);
    }

    [Fact]
    public async Task Progress_goes_on_until_its_work_has_ended()
    {
        StatusRecorder recorder = new(_log);
        await recorder.ReportAsync("load", vertex =>
        {
            recorder.Progress(vertex, "transferring:", 1);
            recorder.Progress(vertex, "transferring:", 2);
            return Task.FromResult(true);
        });
        await Assert.ThrowsAsync<IOException>(() => recorder.ReportAsync<bool>("fails", vertex =>
        {
            recorder.Progress(vertex, "transferring:", 3);
            throw new IOException("gone");
        }));
        _log.Complete();
        VertexStatus[] told = [.. (await ReadAsync()).SelectMany(static r => r.Statuses)];
        Assert.Equal([(2, true), (3, false)], told.Select(static s => (s.Current, s.Completed is not null)));
    }

    [Fact]
    public async Task A_reader_that_is_slow_misses_lines_and_nothing_else_and_is_told_how_many()
    {
        await using IAsyncEnumerator<StatusResponse> reader = await BeginAsync();
        for (int i = 0; i < 100; i++)
            _log.Add(Line("a", new string('x', 200_000)));
        _log.Set(new Vertex { Digest = "b" });
        _log.Add(Line("a", "after\n"));
        _log.Complete();
        List<StatusResponse> read = await ReadAsync(reader);
        string[] lines = [.. read.SelectMany(static r => r.Logs).Select(static l => l.Msg.ToStringUtf8())];
        Assert.InRange(lines.Sum(static l => l.Length), 1, 10 << 20);
        Assert.Equal($"[{101 - (lines.Length - 1)} lines were not read in time and are left out here]\n", lines[0]);
        Assert.Equal("after\n", lines[^1]);
        Assert.Contains(read, static r => r.Vertexes.Any(static v => v.Digest == "b"));
    }

    [Fact]
    public async Task What_a_step_wrote_comes_after_its_beginning_and_before_its_end_however_late_it_is_read()
    {
        await using IAsyncEnumerator<StatusResponse> reader = await BeginAsync();
        _log.Set(new Vertex { Digest = "b", Started = _log.Now });
        for (int i = 0; i < 30; i++)
            _log.Add(Line("b", new string('x', 100_000)));
        _log.Set(new Vertex { Digest = "b", Completed = _log.Now });
        _log.Complete();
        List<StatusResponse> read = await ReadAsync(reader);
        Assert.Equal("b", Assert.Single(read[0].Vertexes).Digest);
        Assert.Null(read[0].Vertexes[0].Completed);
        Assert.NotNull(Assert.Single(read[^1].Vertexes).Completed);
        Assert.All(read, static r => Assert.InRange(r.CalculateSize(), 1, 2 << 20)); // clients take 16 MiB
        Assert.Equal(30, read.Sum(static r => r.Logs.Count));
    }

    [Fact]
    public async Task Of_progress_a_slow_reader_is_told_the_last_word_and_when_it_began()
    {
        await using IAsyncEnumerator<StatusResponse> reader = await BeginAsync();
        for (int i = 1; i <= 100_000; i++)
        {
            _log.Set(new VertexStatus { Vertex = "a", ID = "layer", Current = i, Started = At(i) });
            _log.Set(new VertexStatus { Vertex = "a", ID = "other", Current = -i, Started = At(7 * i) });
        }
        _log.Complete();
        VertexStatus[] told = [.. (await ReadAsync(reader)).SelectMany(static r => r.Statuses)];
        Assert.Equal([("layer", 100_000L, At(1)), ("other", -100_000L, At(7))], told.Select(static s => (s.ID, s.Current, s.Started)));
    }

    [Fact]
    public async Task Of_too_many_warnings_the_last_says_that_there_are_more()
    {
        for (int i = 0; i < 100_000; i++)
            _log.Add(new VertexWarning { Vertex = "a", Short = ByteString.CopyFromUtf8($"{i}") });
        _log.Complete();
        VertexWarning[] told = [.. (await ReadAsync()).SelectMany(static r => r.Warnings)];
        Assert.Equal(1_001, told.Length);
        Assert.Equal("999", told[^2].Short.ToStringUtf8());
        Assert.Contains("are left out here", told[^1].Short.ToStringUtf8(), StringComparison.Ordinal);
        Assert.Equal(1_001, _log.Counts.Warnings);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_more_steps_and_progress_than_there_is_room_for_the_rest_is_left_out_and_what_is_known_goes_on(bool isProgress)
    {
        string large = new('x', 100_000);
        _log.Set(new Vertex { Digest = "first" });
        for (int i = 0; i < 1_000; i++)
        {
            if (isProgress)
                _log.Set(new VertexStatus { Vertex = "first", ID = $"{i}", Name = large });
            else
                _log.Set(new Vertex { Digest = $"{i}", Name = large });
        }
        _log.Set(new Vertex { Digest = "first", Completed = _log.Now });
        _log.Complete();
        List<StatusResponse> told = await ReadAsync();
        Assert.InRange(told.Sum(static r => r.CalculateSize()), 1 << 20, 9 << 20);
        Assert.Contains("are left out here", Assert.Single(told.SelectMany(static r => r.Warnings)).Short.ToStringUtf8(), StringComparison.Ordinal);
        Assert.NotNull(told[^1].Vertexes[^1].Completed);
    }

    // A reader that has read what there was: one vertex.
    private async Task<IAsyncEnumerator<StatusResponse>> BeginAsync()
    {
        _log.Set(new Vertex { Digest = "a" });
        IAsyncEnumerator<StatusResponse> reader = _log.ReadAllAsync(Ct).GetAsyncEnumerator(Ct);
        Assert.True(await reader.MoveNextAsync());
        return reader;
    }

    private Task<List<StatusResponse>> ReadAsync() => ReadAsync(_log.ReadAllAsync(Ct).GetAsyncEnumerator(Ct));

    private static async Task<List<StatusResponse>> ReadAsync(IAsyncEnumerator<StatusResponse> reader)
    {
        List<StatusResponse> read = [];
        while (await reader.MoveNextAsync())
            read.Add(reader.Current);
        return read;
    }

    private static Timestamp At(int seconds) => new() { Seconds = seconds };

    private VertexLog Line(string vertex, string text) => new() { Vertex = vertex, Stream = 1, Timestamp = _log.Now, Msg = ByteString.CopyFromUtf8(text) };
}
