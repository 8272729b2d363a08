using System.Threading.Channels;

namespace Caisson.Engine.Tests;

public sealed class SharedTurnTests : IDisposable
{
    private readonly SharedTurn<int> _turn = new();
    private readonly Channel<TaskCompletionSource<int>> _begun = Channel.CreateUnbounded<TaskCompletionSource<int>>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _turn.Dispose();

    [Fact]
    public async Task Who_asks_while_it_is_done_shares_the_next_with_all_who_ask_meanwhile()
    {
        Task<int> first = DoAsync(Ct);
        Task<int>[] others = [DoAsync(Ct), DoAsync(Ct), DoAsync(Ct)];
        (await _begun.Reader.ReadAsync(Ct)).SetResult(1);
        Assert.Equal(1, await first);
        TaskCompletionSource<int> second = await _begun.Reader.ReadAsync(Ct);
        Task<int> late = DoAsync(Ct);
        second.SetResult(2);
        int[] shared = await Task.WhenAll(others);
        Assert.Equal([2, 2, 2], shared);
        (await _begun.Reader.ReadAsync(Ct)).SetResult(3);
        Assert.Equal(3, await late);
        Assert.False(_begun.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Who_fails_or_gives_up_fails_alone()
    {
        using CancellationTokenSource stop = new();
        Task<int> first = DoAsync(Ct);
        Task<int> impatient = DoAsync(stop.Token);
        Task<int> second = DoAsync(Ct);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        (await _begun.Reader.ReadAsync(Ct)).SetException(new IOException("x"));
        await Assert.ThrowsAsync<IOException>(() => first);
        (await _begun.Reader.ReadAsync(Ct)).SetResult(2);
        Assert.Equal(2, await second);
    }

    private Task<int> DoAsync(CancellationToken ct) => _turn.DoAsync(BeginAsync, ct);

    private Task<int> BeginAsync()
    {
        TaskCompletionSource<int> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _begun.Writer.TryWrite(done);
        return done.Task;
    }
}
