using System.Collections.Immutable;
using System.Globalization;
using Caisson.Dockerfile.Parsing;
using Caisson.Daemon.Hosting;
using Caisson.Engine;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.EngineApi;

/// <summary>Builds, and the cache that they leave.</summary>
/// <param name="engine">What builds.</param>
/// <param name="options">What the daemon was told.</param>
/// <param name="events">Told what happens to images.</param>
/// <param name="ending">The daemon ends.</param>
internal sealed class BuildRoutes(BuildEngine engine, DaemonOptions options, DaemonEvents events, CancellationToken ending)
{
    private readonly RunningBuilds _running = new();

    /// <summary><c>POST /build</c>.</summary>
    public async Task BuildAsync(ApiRequest request)
    {
        if (request.Value("version") is { } version and not "1")
            throw version == "2" ? ApiException.Bad("this builder takes no builds of version 2 here") : ApiException.Bad($"invalid version \"{version}\"");
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, ending);
        using IDisposable running = _running.Begin(request.Value("buildid"), stop);
        await new ClassicBuild(engine, events, request, BuildQuery.Read(request, options.Builds)).RunAsync(stop.Token).ConfigureAwait(false);
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
