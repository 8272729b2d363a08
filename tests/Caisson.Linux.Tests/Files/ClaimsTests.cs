using Caisson.Linux.Files;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Files;

public sealed class ClaimsTests : IAsyncLifetime
{
    private readonly TempDirectory _temp = new();
    private WorkArea _area = null!;
    private WorkArea _other = null!;

    public async ValueTask InitializeAsync()
    {
        _area = await CreateAsync();
        _other = await CreateAsync();
    }

    public ValueTask DisposeAsync()
    {
        _other.Dispose();
        _area.Dispose();
        _temp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Claims_of_all_who_live_are_seen()
    {
        _area.Claims.Add("layers/a");
        _other.Claims.AddNew("layers/b");
        _other.Claims.Add("layers/b");
        Assert.Equal(["layers/a", "layers/b"], Seen(_area));
        Assert.Equal(["layers/a", "layers/b"], Seen(_other));
    }

    [Fact]
    public void Claims_end_with_the_last_that_goes_on()
    {
        using IDisposable first = _area.Claims.Begin();
        IDisposable second = _area.Claims.Begin();
        _area.Claims.Add("layers/a");
        second.Dispose();
        second.Dispose();
        Assert.Equal(["layers/a"], Seen(_other));
        first.Dispose();
        Assert.Empty(Seen(_other));
        _area.Claims.Add("layers/c");
        Assert.Equal(["layers/c"], Seen(_other));
    }

    [Fact]
    public void Where_there_is_always_something_going_on_claims_end_with_what_went_on_when_they_were_made_last()
    {
        IDisposable first = _area.Claims.Begin();
        _area.Claims.Add("layers/a");
        _area.Claims.Add("layers/both");
        IDisposable second = _area.Claims.Begin();
        _area.Claims.Add("layers/b");
        _area.Claims.Add("layers/both");
        using IDisposable third = _area.Claims.Begin();
        first.Dispose();
        Assert.Equal(["layers/b", "layers/both"], Seen(_other));
        Assert.Equal(["layers/b", "layers/both"], Seen(_area));
        _area.Claims.Add("layers/c");
        Assert.Equal(["layers/b", "layers/both", "layers/c"], Seen(_other));
        second.Dispose();
        Assert.Equal(["layers/c"], Seen(_other));
    }

    [Fact]
    public void What_ended_later_than_what_began_later_keeps_its_claims()
    {
        IDisposable first = _area.Claims.Begin();
        IDisposable second = _area.Claims.Begin();
        _area.Claims.Add("layers/a");
        second.Dispose();
        using IDisposable third = _area.Claims.Begin();
        Assert.Equal(["layers/a"], Seen(_other));
        first.Dispose();
        Assert.Empty(Seen(_other));
    }

    [Fact]
    public void What_is_held_is_claimed_until_the_last_lets_it_go_and_keeps_nothing_else()
    {
        IDisposable held = _area.Claims.Hold("clients/x");
        using (_area.Claims.Begin())
            _area.Claims.Add("layers/a");
        Assert.Equal(["clients/x"], Seen(_other));
        IDisposable again = _area.Claims.Hold("clients/x");
        held.Dispose();
        held.Dispose();
        Assert.Equal(["clients/x"], Seen(_other));
        again.Dispose();
        Assert.Empty(Seen(_other));
        Assert.Empty(Seen(_area));
    }

    [Fact]
    public async Task Claims_of_a_living_process_are_seen_and_those_of_a_killed_one_are_none()
    {
        using OtherProcess process = OtherProcess.Start("claim", _temp["tmp"], "layers/theirs");
        await process.ReadLineAsync();
        Assert.Equal(["layers/theirs"], Seen(_area));
        await process.KillAsync();
        Assert.Empty(Seen(_area));
    }

    [Fact]
    public async Task Nothing_is_claimed_while_someone_removes()
    {
        Task? claiming = null;
        _area.Claims.WhileNoneAreMade(claimed =>
        {
            claiming = Task.Run(() => _other.Claims.Add("layers/late"), TestContext.Current.CancellationToken);
            Assert.Empty(claimed);
            Assert.Null(FileLock.TryAcquireShared(_temp["claims.lock"])); // which whoever claims must have
        });
        await claiming!; // set above
        Assert.Equal(["layers/late"], Seen(_area));
    }

    [Fact]
    public void An_account_is_written_only_while_nobody_else_is_at_work()
    {
        Assert.False(_area.Claims.BeginAccount());
        _other.Dispose();
        Assert.True(_area.Claims.BeginAccount());
        Assert.Null(_area.Claims.ReadAccount());
        _area.Claims.WriteAccount(42);
        Assert.Equal(42, _area.Claims.ReadAccount());
    }

    [Fact]
    public void An_account_is_written_beside_what_uses_and_holds_and_not_beside_what_grows()
    {
        _other.Dispose();
        using IDisposable held = _area.Claims.Hold("clients/x");
        using IDisposable use = _area.Claims.Begin();
        _area.Claims.Add("layers/a");
        Assert.True(_area.Claims.BeginAccount());
        _area.Claims.WriteAccount(42);
        IDisposable growing = _area.Claims.Begin();
        _area.Claims.AddNew("clients/x");
        Assert.Null(_area.Claims.ReadAccount());
        Assert.False(_area.Claims.BeginAccount());
        growing.Dispose();
        Assert.False(_area.Claims.BeginAccount()); // it may be what began before that adds to it
        use.Dispose();
        Assert.True(_area.Claims.BeginAccount());
        Assert.Equal(["clients/x"], Seen(_area));
    }

    [Fact]
    public void Who_uses_what_another_has_made_does_not_prolong_its_growth()
    {
        _other.Dispose();
        IDisposable making = _area.Claims.Begin();
        _area.Claims.AddNew("layers/a");
        using IDisposable taking = _area.Claims.Begin();
        _area.Claims.Add("layers/a");
        making.Dispose();
        Assert.True(_area.Claims.BeginAccount());
        Assert.Equal(["layers/a"], Seen(_area));
    }

    [Fact]
    public async Task Whoever_adds_something_makes_the_account_void_also_one_that_is_being_made()
    {
        _other.Dispose();
        Assert.True(_area.Claims.BeginAccount());
        using (WorkArea third = await CreateAsync())
            third.Claims.AddNew("layers/new");
        _area.Claims.WriteAccount(42);
        Assert.Null(_area.Claims.ReadAccount());

        Assert.True(_area.Claims.BeginAccount());
        _area.Claims.WriteAccount(43);
        _area.Claims.Add("layers/old");
        Assert.Equal(43, _area.Claims.ReadAccount());
        _area.Claims.AddNew("layers/old");
        Assert.Null(_area.Claims.ReadAccount());
    }

    private Task<WorkArea> CreateAsync() => WorkArea.CreateAsync(_temp["tmp"], TimeProvider.System, TestContext.Current.CancellationToken);

    private static string[] Seen(WorkArea area)
    {
        string[] seen = [];
        area.Claims.WhileNoneAreMade(claimed => seen = [.. claimed.Order(StringComparer.Ordinal)]);
        return seen;
    }
}
