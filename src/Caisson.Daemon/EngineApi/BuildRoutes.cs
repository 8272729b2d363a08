using System.Collections.Immutable;
using System.Globalization;
using Caisson.Daemon.Control;
using Caisson.Daemon.Hosting;
using Caisson.Dockerfile.Parsing;
using Caisson.Engine;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.EngineApi;

/// <summary>Builds, and the cache that they leave.</summary>
/// <param name="engine">What builds.</param>
/// <param name="solver">What builds by BuildKit's rules.</param>
/// <param name="options">What the daemon was told.</param>
/// <param name="events">Told what happens to images.</param>
/// <param name="ending">The daemon ends.</param>
internal sealed class BuildRoutes(BuildEngine engine, BuildSolver solver, DaemonOptions options, DaemonEvents events, CancellationToken ending)
{
    private const string UploadPrefix = "upload-request:";

    private readonly RunningBuilds _running = new();
    private readonly UploadedContexts _uploads = new(options.Time);

    /// <summary><c>POST /build</c>.</summary>
    public async Task BuildAsync(ApiRequest request)
    {
        string version = request.Value("version") ?? "1";
        if (version is not ("1" or "2"))
            throw ApiException.Bad($"invalid version \"{version}\"");
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, ending);
        if (version == "2" && request.Value("buildid") is { } upload && upload.StartsWith(UploadPrefix, StringComparison.Ordinal))
        {
            await _uploads.OfferAsync(upload[UploadPrefix.Length..], request.Http.Request.Body, stop.Token).ConfigureAwait(false);
            return;
        }
        using IDisposable running = _running.Begin(request.Value("buildid"), stop);
        if (version == "2")
            await SolveAsync(request, stop.Token).ConfigureAwait(false);
        else
            await BuildClassicallyAsync(request, stop.Token).ConfigureAwait(false);
    }

    /// <summary><c>POST /build/cancel</c>.</summary>
    public async Task CancelAsync(ApiRequest request)
    {
        await _running.CancelAsync(request.Value("id") ?? throw ApiException.Bad("build ID not provided")).ConfigureAwait(false);
        request.Http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary><c>POST /build/prune</c>.</summary>
    public async Task PruneAsync(ApiRequest request)
    {
        ApiFilters filters = ApiFilters.Read(request, "until", "unused-for", "id", "type", "shared", "private", "inuse", "description");
        PruneReport report = await engine.Cache.PruneAsync(
            new PruneRequest
            {
                All = request.Flag("all"),
                UnusedFor = AgeOf([.. filters["until"], .. filters["unused-for"]]),
                Filter = e => Fits(e, filters),
                ReservedBytes = request.Number("reserved-space") ?? request.Number("keep-storage"),
                MaxUsedBytes = request.Number("max-used-space") is > 0 and var most ? most : null,
                MinFreeBytes = request.Number("min-free-space") is > 0 and var least ? least : null,
            },
            request.Aborted).ConfigureAwait(false);
        events.Add("builder", "prune", "", ("reclaimed", report.FreedBytes.ToString(CultureInfo.InvariantCulture)));
        await ApiAnswer.WriteAsync(request.Http, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("CachesDeleted");
            foreach (CacheEntry entry in report.Removed)
                json.WriteStringValue(entry.Id);
            json.WriteEndArray();
            json.WriteNumber("SpaceReclaimed", report.FreedBytes);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private async Task BuildClassicallyAsync(ApiRequest request, CancellationToken ct)
    {
        ClassicBuild build = new(engine, events, request, BuildQuery.Read(request, options.Builds)) { Ending = ending };
        try
        {
            await build.RunAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            solver.Collector.Wake();
        }
    }

    private async Task SolveAsync(ApiRequest request, CancellationToken ct)
    {
        try
        {
            SolveQuery query = SolveQuery.Read(request);
            SessionBuild build = new(solver, request, query, options.Time) { Ending = ending };
            if (query.HasUpload)
            {
                using UploadedContext context = await build.WaitAsync(_uploads.TakeAsync(request.Value("buildid") ?? "", ct), ct).ConfigureAwait(false);
                await build.RunAsync(context.Content, ct).ConfigureAwait(false);
            }
            else
            {
                await build.RunAsync(query.HasBody ? request.Http.Request.Body : null, ct).ConfigureAwait(false);
            }
        }
        catch (ApiException)
        {
            await solver.AwaitSessionAsync(request.Value("session") ?? "", ct).ConfigureAwait(false);
            throw;
        }
    }

    private TimeSpan? AgeOf(ImmutableArray<string> given)
    {
        if (given.IsEmpty)
            return null;
        if (given.Length > 1)
            throw ApiException.Bad("filters expect only one value of until and unused-for");
        if (GoDuration.TryParse(given[0], out TimeSpan age))
            return age;
        DateTimeOffset now = options.Time.GetUtcNow();
        return now - ImageFilter.TimeOf(given[0], now);
    }

    private static bool Fits(CacheEntry entry, ApiFilters filters) =>
        (filters["id"].IsEmpty || filters["id"].Any(i => entry.Id.StartsWith(i, StringComparison.Ordinal)))
        && (filters["type"].IsEmpty || filters["type"].Contains(entry.Type))
        && (filters["description"].IsEmpty || filters["description"].Any(d => entry.Description.Contains(d, StringComparison.Ordinal)))
        && (filters["shared"].IsEmpty || entry.IsShared) && (filters["private"].IsEmpty || !entry.IsShared) && (filters["inuse"].IsEmpty || entry.IsInUse);
}
