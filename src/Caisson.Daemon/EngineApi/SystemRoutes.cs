using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Caisson.Daemon.Hosting;
using Caisson.Engine;
using Caisson.Oci.Registry;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.EngineApi;

/// <summary>What the daemon says of itself.</summary>
/// <param name="engine">What builds.</param>
/// <param name="options">What the daemon was told.</param>
/// <param name="events">What happens to images.</param>
/// <param name="stopping">The daemon is about to end.</param>
internal sealed class SystemRoutes(BuildEngine engine, DaemonOptions options, DaemonEvents events, CancellationToken stopping)
{
    private const int MaxBody = 64 * 1024;

    // Timers measure seven weeks at most.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(40);

    private static string Newest => string.Create(CultureInfo.InvariantCulture, $"1.{EngineApiRouter.NewestMinor}");

    private static string Oldest => string.Create(CultureInfo.InvariantCulture, $"1.{EngineApiRouter.OldestMinor}");

    /// <summary><c>GET</c> and <c>HEAD /_ping</c>.</summary>
    public static async Task PingAsync(ApiRequest request)
    {
        HttpResponse response = request.Http.Response;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        response.Headers.Pragma = "no-cache";
        response.ContentLength = 2;
        if (request.Http.Request.Method == HttpMethods.Get)
            await response.WriteAsync("OK", request.Aborted).ConfigureAwait(false);
    }

    /// <summary><c>GET /version</c>.</summary>
    public Task VersionAsync(ApiRequest request) => ApiAnswer.WriteAsync(request.Http, json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("Platform");
        json.WriteString("Name", "Caisson");
        json.WriteEndObject();
        json.WriteStartArray("Components");
        json.WriteStartObject();
        json.WriteString("Name", "Engine");
        json.WriteString("Version", options.Version);
        json.WriteStartObject("Details");
        foreach ((string name, string value) in Facts())
            json.WriteString(name, value);
        json.WriteString("Experimental", "true");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("Version", options.Version);
        foreach ((string name, string value) in Facts())
            json.WriteString(name, value);
        json.WriteBoolean("Experimental", true);
        json.WriteEndObject();
    });

    /// <summary><c>GET /info</c>.</summary>
    public async Task InfoAsync(ApiRequest request)
    {
        int images = (await engine.Images.ListAsync(request.Aborted).ConfigureAwait(false)).Length;
        await ApiAnswer.WriteAsync(request.Http, json =>
        {
            json.WriteStartObject();
            json.WriteString("ID", "caisson");
            foreach (string count in (string[])["Containers", "ContainersRunning", "ContainersPaused", "ContainersStopped"])
                json.WriteNumber(count, 0);
            json.WriteNumber("Images", images);
            json.WriteString("Driver", "caisson");
            json.WriteStartArray("DriverStatus");
            json.WriteEndArray();
            json.WriteString("DockerRootDir", Path.GetDirectoryName(engine.Images.LayoutPath) ?? "/");
            foreach (string ability in (string[])["MemoryLimit", "SwapLimit", "CpuCfsPeriod", "CpuCfsQuota", "CPUShares", "CPUSet", "PidsLimit", "OomKillDisable", "Debug"])
                json.WriteBoolean(ability, false);
            json.WriteBoolean("IPv4Forwarding", true);
            json.WriteNumber("NFd", 0);
            json.WriteNumber("NGoroutines", 0);
            json.WriteString("SystemTime", Time(options.Time.GetUtcNow()));
            json.WriteString("LoggingDriver", "none");
            json.WriteString("CgroupDriver", "none");
            json.WriteString("KernelVersion", Kernel.Release);
            json.WriteString("OperatingSystem", "Caisson");
            json.WriteString("OSType", "linux");
            json.WriteString("Architecture", Kernel.Machine);
            json.WriteNumber("NCPU", options.Processors);
            json.WriteNumber("MemTotal", Kernel.MemoryBytes);
            json.WriteString("IndexServerAddress", "https://index.docker.io/v1/");
            json.WriteString("Name", options.HostName);
            json.WriteStartArray("Labels");
            json.WriteEndArray();
            json.WriteBoolean("ExperimentalBuild", true);
            json.WriteString("ServerVersion", options.Version);
            json.WriteStartObject("Plugins");
            json.WriteEndObject();
            json.WriteStartObject("RegistryConfig");
            json.WriteEndObject();
            json.WriteStartObject("Swarm");
            json.WriteString("LocalNodeState", "inactive");
            json.WriteEndObject();
            json.WriteStartArray("SecurityOptions");
            json.WriteEndArray();
            json.WriteStartArray("Warnings");
            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    /// <summary><c>POST /auth</c>.</summary>
    public async Task AuthenticateAsync(ApiRequest request)
    {
        using JsonDocument body = await ReadAsync(request).ConfigureAwait(false);
        string host = HeaderCredentials.HostOf(body.RootElement.TryGetProperty("serveraddress", out JsonElement address) && address.ValueKind == JsonValueKind.String ? address.GetString()! : "");
        if (HeaderCredentials.CredentialOf(body.RootElement) is not { } credential)
            throw new ApiException(StatusCodes.Status401Unauthorized, "no user name and password are given");
        string user = credential is RegistryCredential.Password password ? password.User : "";
        try
        {
            await engine.CheckLoginAsync(host, new GivenCredentials(host, credential), user, request.Aborted).ConfigureAwait(false);
        }
        catch (BuildException e) when (e.Code == EngineCodes.LoginFailed)
        {
            throw new ApiException(StatusCodes.Status401Unauthorized, ApiFailure.MessageOf(e), e);
        }
        await ApiAnswer.WriteAsync(request.Http, static json =>
        {
            json.WriteStartObject();
            json.WriteString("IdentityToken", "");
            json.WriteString("Status", "Login Succeeded");
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    /// <summary><c>GET /system/df</c>.</summary>
    public async Task MeasureAsync(ApiRequest request)
    {
        DiskUsage usage = await engine.Cache.MeasureAsync(request.Aborted).ConfigureAwait(false);
        ImmutableArray<StoredImage> images = await engine.Images.ListAllAsync(request.Aborted).ConfigureAwait(false);
        HashSet<string> types = [.. request.Values("type")];
        await ApiAnswer.WriteAsync(request.Http, json =>
        {
            json.WriteStartObject();
            long layers = images.SelectMany(static i => i.Images).SelectMany(static i => i.Layers).DistinctBy(static l => l.Blob.Digest).Sum(static l => l.Blob.Size);
            json.WriteNumber("LayersSize", layers);
            json.WriteStartArray("Images");
            ImageJson.WriteSummaries(json, types.Count == 0 || types.Contains("image") ? images : [], request.Minor);
            json.WriteEndArray();
            foreach (string nothing in (string[])["Containers", "Volumes"])
            {
                json.WriteStartArray(nothing);
                json.WriteEndArray();
            }
            json.WriteStartArray("BuildCache");
            foreach (CacheEntry entry in types.Count == 0 || types.Contains("build-cache") ? usage.Entries.Where(static e => e.IsCache) : [])
                WriteEntry(json, entry);
            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    /// <summary><c>GET /events</c>.</summary>
    public async Task ListenAsync(ApiRequest request)
    {
        ApiFilters filters = ApiFilters.Read(request, "type", "event", "image", "label", "scope", "daemon", "container", "network", "volume", "plugin", "node", "service", "secret", "config");
        DateTimeOffset now = options.Time.GetUtcNow();
        DateTimeOffset? since = request.Value("since") is { } from ? ImageFilter.TimeOf(from, now) : null;
        DateTimeOffset? until = request.Value("until") is { } to ? ImageFilter.TimeOf(to, now) : null;
        JsonStream output = new(request.Http);
        (ImmutableArray<DaemonEvent> kept, Channel<DaemonEvent> coming) = events.Listen();
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, stopping);
        try
        {
            request.Http.Response.ContentType = "application/json";
            // A client goes on when it has the head of the answer.
            await request.Http.Response.StartAsync(end.Token).ConfigureAwait(false);
            await request.Http.Response.Body.FlushAsync(end.Token).ConfigureAwait(false);
            foreach (DaemonEvent happened in kept.Where(e => since is not null && e.At >= since && (until is null || e.At <= until) && Fits(e, filters)))
                await TellAsync(output, happened).ConfigureAwait(false);
            if (until is { } last)
                end.CancelAfter(last <= now ? TimeSpan.Zero : last - now < LongestWait ? last - now : LongestWait);
            if (until is null || until > now)
            {
                await foreach (DaemonEvent happened in coming.Reader.ReadAllAsync(end.Token).ConfigureAwait(false))
                {
                    if (Fits(happened, filters))
                        await TellAsync(output, happened).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client has gone, its time is over, or the daemon ends.
        }
        finally
        {
            events.Leave(coming);
        }
    }

    private static Task TellAsync(JsonStream output, DaemonEvent happened) => output.WriteAsync(json =>
    {
        if (happened.Type == "image")
        {
            json.WriteString("status", happened.Action);
            json.WriteString("id", happened.Id);
        }
        json.WriteString("Type", happened.Type);
        json.WriteString("Action", happened.Action);
        json.WriteStartObject("Actor");
        json.WriteString("ID", happened.Id);
        json.WriteStartObject("Attributes");
        foreach ((string name, string value) in happened.Attributes)
            json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("scope", "local");
        json.WriteNumber("time", happened.At.ToUnixTimeSeconds());
        json.WriteNumber("timeNano", (happened.At - DateTimeOffset.UnixEpoch).Ticks * 100);
    });

    private static bool Fits(DaemonEvent happened, ApiFilters filters) =>
        (filters["type"].IsEmpty || filters["type"].Contains(happened.Type))
        && (filters["event"].IsEmpty || filters["event"].Contains(happened.Action))
        && (filters["image"].IsEmpty || filters["image"].Contains(happened.Id) || happened.Attributes.Any(a => a.Name == "name" && filters["image"].Contains(a.Value)))
        && ((string[])["label", "container", "network", "volume", "plugin", "node", "service", "secret", "config"]).All(f => filters[f].IsEmpty);

    private static void WriteEntry(Utf8JsonWriter json, CacheEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("ID", entry.Id);
        json.WriteString("Type", entry.Type);
        json.WriteString("Description", entry.Description);
        json.WriteBoolean("InUse", entry.IsInUse);
        json.WriteBoolean("Shared", entry.IsShared);
        json.WriteNumber("Size", entry.SizeBytes);
        json.WriteString("CreatedAt", Time(entry.LastUsed));
        json.WriteString("LastUsedAt", Time(entry.LastUsed));
        json.WriteNumber("UsageCount", 1);
        json.WriteEndObject();
    }

    private static async Task<JsonDocument> ReadAsync(ApiRequest request)
    {
        byte[] bytes = new byte[MaxBody + 1];
        int length = await request.Http.Request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, request.Aborted).ConfigureAwait(false);
        try
        {
            JsonDocument document = length <= MaxBody ? JsonDocument.Parse(bytes.AsMemory(0, length)) : throw ApiException.Bad("the body is too long");
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw ApiException.Bad("the body is no object");
        }
        catch (JsonException e)
        {
            throw ApiException.Bad($"the body is no JSON: {e.Message}", e);
        }
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);

    private static IEnumerable<(string Name, string Value)> Facts() =>
    [
        ("ApiVersion", Newest), ("MinAPIVersion", Oldest), ("Os", "linux"), ("Arch", BuildEngine.MachinePlatform.Architecture), ("KernelVersion", Kernel.Release),
        ("BuildTime", ""), ("GitCommit", ""), ("GoVersion", ""),
    ];
}
