using Caisson.Linux.Files;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Files;

public sealed class FileLockTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_lock_that_is_held_is_not_given_twice()
    {
        using FileLock? held = FileLock.TryAcquire(_temp["lock"]);
        Assert.NotNull(held);
        using FileLock? second = FileLock.TryAcquire(_temp["lock"]);
        Assert.Null(second);
    }

    [Fact]
    public async Task A_lock_that_another_process_holds_is_not_given()
    {
        using OtherProcess other = OtherProcess.Start("hold-lock", _temp["lock"]);
        Assert.Equal("held", await other.ReadLineAsync());
        using FileLock? held = FileLock.TryAcquire(_temp["lock"]);
        Assert.Null(held);
    }

    [Fact]
    public async Task A_lock_whose_holder_was_killed_is_free()
    {
        using OtherProcess other = OtherProcess.Start("hold-lock", _temp["lock"]);
        Assert.Equal("held", await other.ReadLineAsync());
        await other.KillAsync();
        using FileLock? held = FileLock.TryAcquire(_temp["lock"]);
        Assert.NotNull(held);
    }

    [Fact]
    public async Task A_lock_is_waited_for()
    {
        FileLock? held = FileLock.TryAcquire(_temp["lock"]);
        Task<FileLock> waiting = FileLock.AcquireAsync(_temp["lock"], TimeProvider.System, Ct);
        Assert.False(waiting.IsCompleted);
        held?.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public async Task Waiting_can_be_given_up()
    {
        using FileLock? held = FileLock.TryAcquire(_temp["lock"]);
        using CancellationTokenSource giveUp = new();
        Task<FileLock> waiting = FileLock.AcquireAsync(_temp["lock"], TimeProvider.System, giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Only_one_at_a_time_is_behind_a_lock()
    {
        int inside = 0;
        int most = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            using FileLock held = await FileLock.AcquireAsync(_temp["lock"], TimeProvider.System, Ct);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
        }));
        Assert.Equal(1, most);
    }

    [Fact]
    public void A_directory_can_be_locked_too()
    {
        using FileLock? held = FileLock.TryAcquireDirectory(_temp.Path);
        Assert.NotNull(held);
        using FileLock? second = FileLock.TryAcquireDirectory(_temp.Path);
        Assert.Null(second);
    }
}
