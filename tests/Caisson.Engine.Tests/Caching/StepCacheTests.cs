using Caisson.Engine.Caching;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Files;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Caching;

public sealed class StepCacheTests : IAsyncLifetime
{
    private static readonly Digest Operation = Digest.OfBytes("operation"u8);
    private static readonly Digest First = Digest.OfBytes("first"u8);
    private static readonly Digest Second = Digest.OfBytes("second"u8);

    private readonly TempDirectory _directory = new();
    private WorkArea _work = null!;
    private StepCache _cache = null!;

    public async ValueTask InitializeAsync()
    {
        _work = await WorkArea.CreateAsync(_directory["tmp"], TimeProvider.System, TestContext.Current.CancellationToken);
        _cache = new StepCache(_directory["cache"], _work, TimeProvider.System);
    }

    public ValueTask DisposeAsync()
    {
        _work.Dispose();
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Records_of_layers_that_are_gone_are_removed_and_others_stay()
    {
        _cache.Add(First, Operation, Record("run-1"));
        _cache.Add(Second, Operation, Record("run-2"));
        _cache.Sweep(static layer => layer == "run-1");
        Assert.Null(_cache.Find(First));
        Assert.Equal("run-2", _cache.Find(Second)?.Layer);
        Assert.Equal(["run-2"], _cache.Candidates(Operation).Select(static r => r.Layer));
    }

    [Fact]
    public void A_record_goes_with_a_layer_that_its_step_stood_on()
    {
        _cache.Add(First, Operation, Record("run-1", below: "run-0"));
        _cache.Sweep(static layer => layer == "run-0");
        Assert.Null(_cache.Find(First));
    }

    [Fact]
    public void A_record_goes_with_any_of_the_layers_that_its_step_made()
    {
        _cache.Add(First, Operation, Record("run-1") with { Outputs = ["run-2", "run-3"] });
        Assert.Equal(["run-2", "run-3"], _cache.Find(First)?.Outputs ?? []);
        _cache.Sweep(static layer => layer == "run-3");
        Assert.Null(_cache.Find(First));
    }

    [Fact]
    public void What_no_one_can_read_is_removed_and_nothing_is_left_of_an_operation_without_records()
    {
        _cache.Add(First, Operation, Record("run-1"));
        string record = Assert.Single(Directory.GetFiles(_directory["cache/steps"], "*", SearchOption.AllDirectories));
        File.WriteAllText(record, "{ \"version\": 9");
        _cache.Sweep(static _ => false);
        Assert.False(File.Exists(record));
        Assert.Empty(Directory.GetDirectories(_directory["cache/operations"]));
        Assert.Empty(_cache.Candidates(Operation));
    }

    [Fact]
    public async Task Whoever_adds_while_others_sweep_finds_a_place()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] sweeping = [Task.Run(Sweep, ct), Task.Run(Sweep, ct)];
        for (int i = 0; i < 2000; i++)
            _cache.Add(First, Operation, Record("run-1"));
        await done.CancelAsync();
        await Task.WhenAll(sweeping);
        _cache.Add(First, Operation, Record("run-1"));
        Assert.NotNull(_cache.Find(First));

        void Sweep()
        {
            while (!done.IsCancellationRequested)
                _cache.Sweep(static _ => true);
        }
    }

    private static StepRecord Record(string layer, string? below = null) => new()
    {
        Inputs = [new StateRecord { Layers = below is null ? [] : [below] }],
        Taken = [null],
        Layer = layer,
    };
}
