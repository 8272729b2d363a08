using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.ExceptionServices;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Housekeeping;

namespace Caisson.Engine;

/// <summary>Keeps the store within its size, before and after a build. Nothing is measured while the account says that there is room, and by builds that end at the same time once for all.</summary>
/// <param name="parts">The engine.</param>
/// <param name="events">Told what happens.</param>
internal sealed class SizeLimit(EngineParts parts, EventLog events)
{
    /// <summary>Builds within the limit, if there is one.</summary>
    public async Task<BuildResult> KeepAsync(Func<Task<BuildResult>> build, CancellationToken ct)
    {
        if (parts.Options.MaxSizeBytes is not { } limit)
            return await UseAsync(build).ConfigureAwait(false);
        await EnforceAsync(limit, isLast: false, ct).ConfigureAwait(false);
        BuildResult result;
        try
        {
            result = await UseAsync(build).ConfigureAwait(false);
        }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            await EnforceAfterAsync(failure, limit, ct).ConfigureAwait(false);
            throw;
        }
        await EnforceAsync(limit, isLast: true, ct).ConfigureAwait(false);
        return result;
    }

    // What failed first is what its user is told.
    private async Task EnforceAfterAsync(Exception failure, long limit, CancellationToken ct)
    {
        try
        {
            await EnforceAsync(limit, isLast: true, ct).ConfigureAwait(false);
        }
        catch (Exception) when (failure is not OperationCanceledException)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private async Task<BuildResult> UseAsync(Func<Task<BuildResult>> build)
    {
        using IDisposable use = parts.Work.Claims.Begin();
        return await build().ConfigureAwait(false);
    }

    private async Task EnforceAsync(long limit, bool isLast, CancellationToken ct)
    {
        if (parts.Work.Claims.ReadAccount() is { } known && known <= limit)
            return;
        long bytes = await parts.Limiting.DoAsync(() => ReduceAsync(limit, ct), ct).ConfigureAwait(false);
        if (isLast && bytes > limit)
            events.Add(new BuildEvent.Warning(TooLarge(bytes, limit)) { At = events.Now });
    }

    private async Task<long> ReduceAsync(long limit, CancellationToken ct)
    {
        bool writesAccount = parts.Work.Claims.BeginAccount();
        Prune prune = await Prune.BeginAsync(parts, ct).ConfigureAwait(false);
        ImmutableArray<Holding> chosen = prune.Choose([new PruneRequest { All = true, MaxStoreBytes = limit }]);
        if (!chosen.IsEmpty)
            chosen = await events.ReportAsync($"removing {chosen.Length} entries from the store: it has {Show(prune.Bytes)}, {Show(limit)} are allowed", token => prune.RemoveAsync(chosen, token), ct).ConfigureAwait(false);
        long bytes = prune.Report(chosen).RemainingBytes;
        if (writesAccount)
            parts.Work.Claims.WriteAccount(bytes);
        return bytes;
    }

    private static Diagnostic TooLarge(long bytes, long limit) => new(
        EngineCodes.StoreTooLarge,
        Severity.Warning,
        $"the store has {Show(bytes)}, more than the {Show(limit)} of --max-size: images that have names, and what is in use, stay",
        Hint: "caisson du shows what takes how much; caisson rmi takes names of images away");

    // Decimal, as Docker shows sizes.
    private static string Show(long bytes) =>
        bytes < 1_000_000 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0}kB") : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0}MB");
}
