using Caisson.Daemon.Control;
using Caisson.Engine;

namespace Caisson.Daemon.Tests.Control;

public sealed class FrontendResultTests
{
    private static readonly FrontendRequest Request = new("", FrontendAttributes.None);

    [Fact]
    public async Task Who_asked_first_and_gives_up_does_not_take_it_from_others()
    {
        int count = 0;
        using CancellationTokenSource first = new();
        BuildResult built = new(Image: null);
        FrontendResult result = new(Request, async (_, ct) =>
        {
            if (Interlocked.Increment(ref count) == 1)
                await Task.Delay(Timeout.Infinite, ct);
            return built;
        });
        Task<BuildResult> given = result.EvaluateAsync(first.Token);
        Task<BuildResult> other = result.EvaluateAsync(TestContext.Current.CancellationToken);
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.Same(built, await other);
        Assert.Same(built, await result.EvaluateAsync(TestContext.Current.CancellationToken));
        Assert.Equal(2, count);
    }

    [Fact]
    public async Task What_failed_is_done_anew_and_what_came_about_is_not()
    {
        int count = 0;
        FrontendResult result = new(Request, (_, _) => ++count == 1 ? Task.FromException<BuildResult>(new IOException("no")) : Task.FromResult(new BuildResult(Image: null)));
        await Assert.ThrowsAsync<IOException>(() => result.EvaluateAsync(TestContext.Current.CancellationToken));
        await result.EvaluateAsync(TestContext.Current.CancellationToken);
        await result.EvaluateAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, count);
    }
}
