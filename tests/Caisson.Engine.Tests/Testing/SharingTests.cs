using Caisson.Engine.Events;
using Caisson.Linux.Native;

namespace Caisson.Engine.Tests.Testing;

/// <summary>Two stores as two machines, with the same Dockerfile and copies of the same context, and a place between them.</summary>
public abstract class SharingTests : IAsyncLifetime
{
    private protected Workshop A { get; private set; } = null!; // made before each test

    private protected Workshop B { get; private set; } = null!;

    private protected string Shared => A["shared"];

    private protected CacheLocation.Directory Place => new(Shared);

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(CurrentProcess.EffectiveUserId == 0, "needs root");
        Assert.SkipUnless(Tool.Find("crun") is not null || Tool.Find("runc") is not null, "needs an OCI runtime: crun or runc");
        A = await Workshop.OpenAsync();
        B = await Workshop.OpenAsync();
        foreach (Workshop machine in (Workshop[])[A, B])
            await machine.AddImageAsync("box:1", await Bases.BusyboxAsync());
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (A is not null)
            await A.DisposeAsync();
        if (B is not null)
            await B.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected Task<Built> ExportAsync(string dockerfile, bool isMax = false, Func<CacheExport, CacheExport>? edit = null)
    {
        CacheExport export = new(Place) { HasAllSteps = isMax };
        return A.BuildAsync(dockerfile, request => request with { CacheExports = [edit?.Invoke(export) ?? export] });
    }

    private protected Task<Built> ImportAsync(string dockerfile, Func<BuildRequest, BuildRequest>? edit = null) =>
        B.BuildAsync(dockerfile, request => (edit?.Invoke(request) ?? request) with { CacheImports = [new CacheImport(Place)] });

    private protected void File(string name, string content)
    {
        A.Context.File(name, content);
        B.Context.File(name, content);
    }

    private protected static string[] Froms(Built built) => [.. built.Events.OfType<BuildEvent.StepCompleted>().Select(static e => e.From).OfType<string>().Distinct()];
}
