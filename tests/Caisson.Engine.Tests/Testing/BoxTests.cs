using Caisson.Linux.Native;

namespace Caisson.Engine.Tests.Testing;

/// <summary>Tests of steps that run programs: each has a workshop of its own, with the image <c>box:1</c>, which is one static file.</summary>
public abstract class BoxTests : IAsyncLifetime
{
    /// <summary>The workshop, made before each test.</summary>
    private protected Workshop Workshop { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(CurrentProcess.EffectiveUserId == 0, "needs root");
        Assert.SkipUnless(Tool.Find("crun") is not null || Tool.Find("runc") is not null, "needs an OCI runtime: crun or runc");
        Workshop = await Workshop.OpenAsync();
        await Workshop.AddImageAsync("box:1", await Bases.BusyboxAsync());
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (Workshop is not null)
            await Workshop.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
