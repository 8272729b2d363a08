using System.Collections.Immutable;
using System.Globalization;
using Caisson.Daemon.Control;
using Caisson.Daemon.Hosting;
using Caisson.Daemon.Sessions;
using Caisson.Engine;
using Caisson.Oci.Model;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.EngineApi;

/// <summary>The Docker Engine API: what building and the handling of images need of it.</summary>
/// <remarks>Docker Engine API 1.24 to 1.51. The version in front of an address may be left out.</remarks>
internal sealed class EngineApiRouter : IDisposable
{
    /// <summary>The newest version that is spoken.</summary>
    public const int NewestMinor = 51;

    /// <summary>The oldest one.</summary>
    public const int OldestMinor = 24;

    private const string ImagesPath = "images/";

    private readonly DaemonEvents _events;
    private readonly List<Route> _routes = [];
    private readonly string _version;

    /// <summary>Puts it together.</summary>
    /// <param name="engine">What builds.</param>
    /// <param name="solver">What builds by BuildKit's rules.</param>
    /// <param name="upgrade">What goes on as something else.</param>
    /// <param name="options">What the daemon was told.</param>
    /// <param name="running">Says when the daemon ends.</param>
    public EngineApiRouter(BuildEngine engine, BuildSolver solver, SessionUpgrade upgrade, DaemonOptions options, RunningRequests running)
    {
        _version = options.Version;
        _events = new DaemonEvents(options.Time);
        solver.Stored += Note;
        SystemRoutes system = new(engine, options, _events, running.Stopping);
        Add("GET", "_ping", SystemRoutes.PingAsync);
        Add("HEAD", "_ping", SystemRoutes.PingAsync);
        Add("GET", "version", system.VersionAsync);
        Add("GET", "info", system.InfoAsync);
        Add("GET", "events", system.ListenAsync);
        Add("GET", "system/df", system.MeasureAsync);
        Add("POST", "auth", system.AuthenticateAsync);
        Add("POST", "grpc", request => upgrade.AnswerAsync(request.Http, isSession: false));
        Add("POST", "session", request => upgrade.AnswerAsync(request.Http, isSession: true));
        BuildRoutes builds = new(engine, solver, options, _events, running.Ending);
        Add("POST", "build", builds.BuildAsync);
        Add("POST", "build/cancel", builds.CancelAsync);
        Add("POST", "build/prune", builds.PruneAsync);
        ImageRoutes images = new(engine, _events, options.Time);
        Add("GET", "images/json", images.ListAsync);
        Add("POST", "images/prune", images.PruneAsync);
        AddImage("GET", "/json", images.InspectAsync);
        AddImage("GET", "/history", images.HistoryAsync);
        AddImage("POST", "/tag", images.TagAsync);
        ImageTransferRoutes transfers = new(engine, _events);
        Add("POST", "images/create", transfers.CreateAsync);
        Add("POST", "images/load", transfers.LoadAsync);
        Add("GET", "images/get", transfers.SaveAsync);
        AddImage("GET", "/get", transfers.SaveAsync);
        AddImage("POST", "/push", transfers.PushAsync);
        AddImage("DELETE", "", images.RemoveAsync);
    }

    /// <summary>Which builder clients prefer: 1, the classic one, or 2, BuildKit.</summary>
    public string BuilderVersion { get; init; } = "2";

    /// <summary>Answers a request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers["Api-Version"] = string.Create(CultureInfo.InvariantCulture, $"1.{NewestMinor}");
        // Without it clients do not ask for squashed images; of what else they offer then to engines that experiment, the API tells what there is not.
        context.Response.Headers["Docker-Experimental"] = "true";
        context.Response.Headers["Ostype"] = "linux";
        context.Response.Headers["Builder-Version"] = BuilderVersion;
        context.Response.Headers["Server"] = $"Caisson/{_version} (linux)";
        try
        {
            await RouteAsync(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody reads the answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            (int status, string message) = ApiFailure.Of(e);
            await ApiAnswer.RefuseAsync(context, status, message).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _events.Dispose();

    private async Task RouteAsync(HttpContext context)
    {
        string path = Uri.UnescapeDataString(context.Request.Path.Value ?? "").Trim('/');
        int minor = NewestMinor;
        if (path is ['v', >= '0' and <= '9', ..])
        {
            int end = path.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? slash : path.Length;
            minor = ReadMinor(path[1..end]);
            path = path[end..].TrimStart('/');
        }
        foreach (Route route in _routes)
        {
            if (route.Method != context.Request.Method || route.Match(path) is not { } name)
                continue;
            await route.Answer(new ApiRequest(context, minor, name)).ConfigureAwait(false);
            return;
        }
        throw OutsideRoutes.Refuse(context.Request.Method, path);
    }

    // Docker compares number by number, and has a 0 for each that is not there.
    private static int ReadMinor(string version)
    {
        if (!version.All(static c => char.IsAsciiDigit(c) || c == '.'))
            throw new ApiException(StatusCodes.Status404NotFound, "page not found");
        int[] numbers = [.. version.Split('.').Select(static n => n.Length == 0 ? 0 : int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : int.MaxValue)];
        (int major, int minor, bool isMore) = (numbers[0], numbers.ElementAtOrDefault(1), numbers.Skip(2).Any(static n => n > 0));
        if (major < 1 || (major == 1 && minor < OldestMinor))
            throw ApiException.Bad($"client version {version} is too old. Minimum supported API version is 1.{OldestMinor}, please upgrade your client to a newer version");
        if (major > 1 || minor > NewestMinor || (minor == NewestMinor && isMore))
            throw ApiException.Bad($"client version {version} is too new. Maximum supported API version is 1.{NewestMinor}");
        return minor;
    }

    private void Note(Digest image, ImmutableArray<Reference> names)
    {
        foreach (Reference name in names)
            _events.Add("image", "tag", image.Value, ("name", name.WithDefaultTag().Familiar));
        _events.Add("image", "create", image.Value, ("name", image.Value));
    }

    private void Add(string method, string path, Func<ApiRequest, Task> answer) => _routes.Add(new Route(method, path, IsPrefix: false, answer));

    // An image's name may hold slashes: what follows it is known, and so is what stands before.
    private void AddImage(string method, string suffix, Func<ApiRequest, Task> answer) => _routes.Add(new Route(method, suffix, IsPrefix: true, answer));

    private sealed record Route(string Method, string Path, bool IsPrefix, Func<ApiRequest, Task> Answer)
    {
        public string? Match(string path)
        {
            if (!IsPrefix)
                return path == Path ? "" : null;
            bool fits = path.Length > ImagesPath.Length + Path.Length && path.StartsWith(ImagesPath, StringComparison.Ordinal) && path.EndsWith(Path, StringComparison.Ordinal);
            return fits ? path[ImagesPath.Length..^Path.Length] : null;
        }
    }
}
