using System.Threading.Channels;
using Caisson.Daemon.Control;
using Caisson.Daemon.Grpc;
using Caisson.Daemon.Hosting;
using Caisson.Daemon.Proto.Control;
using Caisson.Daemon.Tests.Testing;
using Caisson.Engine;
using ControlClient = Caisson.Daemon.Proto.Control.Control.ControlClient;

namespace Caisson.Daemon.Tests.Control;

public sealed class CacheCollectorTests : IDisposable
{
    private readonly RunningRequests _running = new();
    private readonly ManualTime _time = new();
    private readonly Channel<TaskCompletionSource> _begun = Channel.CreateUnbounded<TaskCompletionSource>();
    private readonly Channel<string> _warnings = Channel.CreateUnbounded<string>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _running.Dispose();

    [Fact]
    public async Task The_first_build_is_followed_at_once_and_those_of_the_next_minute_by_one_more()
    {
        CacheCollector collector = NewCollector();
        collector.Wake();
        (await _begun.Reader.ReadAsync(Ct)).SetResult();
        await RestsAsync();
        collector.Wake();
        collector.Wake();
        Assert.False(_begun.Reader.TryRead(out _));
        _time.End();
        (await _begun.Reader.ReadAsync(Ct)).SetResult();
        await RestsAsync();
        _time.End();
        Assert.False(_begun.Reader.TryRead(out _)); // nothing was built since
        collector.Wake();
        (await _begun.Reader.ReadAsync(Ct)).SetResult();
    }

    [Fact]
    public async Task What_is_built_while_it_works_is_followed_too()
    {
        CacheCollector collector = NewCollector();
        collector.Wake();
        TaskCompletionSource first = await _begun.Reader.ReadAsync(Ct);
        collector.Wake();
        first.SetResult();
        await RestsAsync();
        _time.End();
        (await _begun.Reader.ReadAsync(Ct)).SetResult();
    }

    [Fact]
    public async Task The_end_waits_for_it_and_nothing_begins_afterwards()
    {
        CacheCollector collector = NewCollector();
        collector.Wake();
        TaskCompletionSource working = await _begun.Reader.ReadAsync(Ct);
        collector.Wake();
        await _running.StopAsync(TimeSpan.FromMinutes(10));
        Task<int> end = _running.EndAsync(TimeSpan.FromMinutes(10));
        Assert.False(end.IsCompleted);
        working.SetCanceled(_running.Stopping);
        Assert.Equal(0, await end);
        collector.Wake();
        Assert.False(_begun.Reader.TryRead(out _));
        Assert.False(_warnings.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_failure_is_told_and_the_next_build_is_followed_all_the_same()
    {
        CacheCollector collector = NewCollector();
        collector.Wake();
        (await _begun.Reader.ReadAsync(Ct)).SetException(new IOException("the disk is on fire"));
        Assert.Contains("the disk is on fire", await _warnings.Reader.ReadAsync(Ct), StringComparison.Ordinal);
        await RestsAsync();
        collector.Wake();
        _time.End();
        (await _begun.Reader.ReadAsync(Ct)).SetResult();
    }

    [Fact]
    public async Task A_daemon_removes_what_its_rules_say_after_a_build_and_tells_its_clients_of_them()
    {
        MovedTime time = new();
        DaemonConfiguration configuration = DaemonConfiguration.Parse("""
            [[worker.oci.gcpolicy]]
              filters = ["type==regular"]
              keepDuration = "48h"
            [[worker.oci.gcpolicy]]
              all = true
              maxUsedSpace = "1MB"
            """);
        await using TestDaemon daemon = await TestDaemon.StartAsync(options => options with { CacheRules = configuration.CacheRules, Time = _time }, time, maxSizeBytes: 50 << 20);
        await using GrpcConnection connection = new(new System.Net.Sockets.NetworkStream(await daemon.ConnectAsync(Ct), ownsSocket: true), TimeProvider.System);
        ListWorkersResponse workers = await new ControlClient(connection.Calls).ListWorkersAsync(new ListWorkersRequest(), cancellationToken: Ct);
        GCPolicy[] told = [.. Assert.Single(workers.Record).GCPolicy];
        Assert.Equal([new GCPolicy { Filters = { "type==regular" }, KeepDuration = 48L * 3600 * 1_000_000_000 }, new GCPolicy { All = true, MaxUsedSpace = 1 << 20 }, new GCPolicy { All = true, MaxUsedSpace = 50 << 20 }], told);

        await BuildAsync(daemon, "old", bytes: 100_000);
        await RestsAsync();
        Assert.Contains("COPY old", await StepsAsync(daemon), StringComparison.Ordinal);
        time.Ahead = TimeSpan.FromDays(3);
        await BuildAsync(daemon, "young", bytes: 100_000);
        _time.End();
        await RestsAsync();
        Assert.Equal("COPY young /x", await StepsAsync(daemon));
        time.Ahead += TimeSpan.FromHours(1);
        await BuildAsync(daemon, "large", bytes: 2_000_000);
        _time.End();
        await RestsAsync();
        Assert.Equal("", await StepsAsync(daemon));
        Assert.InRange((await daemon.Engine.Cache.MeasureAsync(Ct)).Entries.Where(static e => e.IsCache).Sum(static e => e.SizeBytes), 0, 1 << 20);
    }

    private Task RestsAsync() => _time.BegunAsync(TimeSpan.FromMinutes(1));

    private CacheCollector NewCollector() => new(WorkAsync, w => _warnings.Writer.TryWrite(w), _running, _time);

    private Task WorkAsync(CancellationToken ct)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _begun.Writer.TryWrite(done);
        return done.Task;
    }

    // Without a name: such an image is cache itself.
    private static async Task BuildAsync(TestDaemon daemon, string name, int bytes)
    {
        byte[] content = new byte[bytes]; // which no compression makes smaller
        new Random(bytes).NextBytes(content);
        await daemon.BuildAsync("", await Context.TarAsync(("Dockerfile", $"FROM scratch\nCOPY {name} /x\n"), (name, name + Convert.ToBase64String(content))));
    }

    private static async Task<string> StepsAsync(TestDaemon daemon) =>
        string.Join('\n', (await daemon.Engine.Cache.MeasureAsync(Ct)).Entries.Where(static e => e.Type == CacheEntryTypes.Regular).Select(static e => e.Description.Split("] ")[^1]));
}
