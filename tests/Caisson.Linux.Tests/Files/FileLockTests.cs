using System.Diagnostics;
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

    // Between fork and exec a child has all that its parent has open.
    [Fact]
    public async Task A_lock_that_is_released_is_free_at_once_even_while_processes_are_started()
    {
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        Task starting = Task.Run(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    using Process process = Process.Start("true");
                    process.WaitForExit();
                }
            },
            Ct);
        int refused = 0;
        for (int i = 0; i < 5000; i++)
        {
            using FileLock? held = FileLock.TryAcquire(_temp["lock"]);
            refused += held is null ? 1 : 0;
        }
        await done.CancelAsync();
        await starting;
        Assert.Equal(0, refused);
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
