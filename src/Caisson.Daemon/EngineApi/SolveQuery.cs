using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Caisson.Daemon.Control;
using Caisson.Daemon.Proto.Control;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Model;

namespace Caisson.Daemon.EngineApi;

/// <summary>The parameters of <c>POST /build?version=2</c>, as what clients of BuildKit ask for.</summary>
/// <param name="Request">The build.</param>
/// <param name="Unused">What was asked for and is not done, in sentences.</param>
internal sealed record SolveQuery(SolveRequest Request, ImmutableArray<string> Unused)
{
    private const string SessionRemote = "client-session";
    private const string UploadRemote = "upload-request";

    /// <summary>Whether nothing is said but the id.</summary>
    public bool IsQuiet { get; private init; }

    /// <summary>Whether the result is an image.</summary>
    public bool IsImage => Request.Exporters[0].Type is "moby" or "image"; // there is one

    /// <summary>Whether the files come with the request.</summary>
    public bool HasBody { get; private init; }

    /// <summary>Whether the files come with a request of their own.</summary>
    public bool HasUpload { get; private init; }

    /// <summary>Reads them.</summary>
    /// <exception cref="ApiException">One is wrong.</exception>
    public static SolveQuery Read(ApiRequest request)
    {
        if (request.Values("securityopt").Any())
            throw ApiException.Bad("security options are not supported on linux");
        if (request.Flag("squash"))
            throw ApiException.Bad("squash is done by the classic builder: DOCKER_BUILDKIT=0");
        ImmutableArray<Reference> names = [.. request.Values("t").Select(BuildQuery.NameOf).Distinct()];
        string? remote = request.Value("remote");
        SolveRequest solve = new() { Ref = Guid.CreateVersion7().ToString("N"), Frontend = "dockerfile.v0", Session = request.Value("session") ?? "", Cache = new CacheOptions() };
        solve.FrontendAttrs.Add(AttributesOf(request, remote));
        if (solve.FrontendAttrs.TryGetValue("build-arg:BUILDKIT_INLINE_CACHE", out string? inline) && FrontendAttributes.IsTrue(inline))
            solve.Cache.Exports.Add(new CacheOptionsEntry { Type = "inline" });
        Exporter exporter = ExporterOf(request);
        if (!names.IsEmpty && exporter.Type is "moby" or "image")
            exporter.Attrs["name"] = string.Join(',', names);
        solve.Exporters.Add(exporter);
        return new SolveQuery(solve, BuildQuery.UnusedOf(request)) { IsQuiet = request.Flag("q"), HasBody = remote is null, HasUpload = remote == UploadRemote };
    }

    private static Dictionary<string, string> AttributesOf(ApiRequest request, string? remote)
    {
        Dictionary<string, string> attributes = new(StringComparer.Ordinal)
        {
            ["image-resolve-mode"] = request.Flag("pull") ? "pull" : "default",
            ["cache-from"] = string.Join(',', CachesOf(request)),
            ["add-hosts"] = string.Join(',', request.Values("extrahosts").Select(BuildQuery.HostOf).Select(static h => $"{h.Name}={h.Address}")),
            ["ulimit"] = string.Join(',', BuildQuery.LimitsOf(request).Select(static l => $"{l.Name.ToLowerInvariant()}={NumberOf(l.Soft)}:{NumberOf(l.Hard)}")),
        };
        if (request.Value("target") is { } target)
            attributes["target"] = target;
        if (request.Value("dockerfile") is { } file and not ".")
            attributes["filename"] = file;
        if (remote is null or UploadRemote)
            attributes["context"] = ClientInputs.BodyLocation;
        else if (remote != SessionRemote)
            attributes["context"] = BuildQuery.AddressOf(remote);
        foreach ((string name, string? value) in request.Pairs("buildargs"))
        {
            if (value is not null)
                attributes["build-arg:" + name] = value;
        }
        foreach ((string name, string? value) in request.Pairs("labels"))
            attributes["label:" + name] = value ?? "";
        if (request.Flag("nocache"))
            attributes["no-cache"] = "";
        if (ApiPlatforms.One(request) is { } platform)
            attributes["platform"] = platform.ToString();
        if (request.Number("shmsize") is > 0 and var size)
            attributes["shm-size"] = size.ToString(CultureInfo.InvariantCulture);
        switch (request.Value("networkmode"))
        {
            case null or "default":
                break;
            case "host" or "none":
                attributes["force-network-mode"] = request.Value("networkmode")!; // it is one of these
                break;
            case var other:
                throw ApiException.Bad($"network mode \"{other}\" not supported by buildkit");
        }
        return attributes;
    }

    private static IEnumerable<string> CachesOf(ApiRequest request) => request.Json("cachefrom") switch
    {
        null or { ValueKind: JsonValueKind.Null } => [],
        { ValueKind: JsonValueKind.Array } names when names.EnumerateArray().All(static n => n.ValueKind == JsonValueKind.String) => [.. names.EnumerateArray().Select(static n => n.GetString()!)], // they are texts
        _ => throw ApiException.Bad("cachefrom is a list of names"),
    };

    // The field names are found whatever the case of their letters, as Go does.
    private static Exporter ExporterOf(ApiRequest request)
    {
        if (request.Json("outputs") is not { } outputs || outputs.ValueKind == JsonValueKind.Null)
            return new Exporter { Type = "moby" };
        if (outputs.ValueKind != JsonValueKind.Array || outputs.EnumerateArray().Any(static o => o.ValueKind != JsonValueKind.Object))
            throw ApiException.Bad("invalid outputs specified: it is a list of objects");
        if (outputs.GetArrayLength() == 0)
            return new Exporter { Type = "moby" };
        if (outputs.GetArrayLength() > 1)
            throw ApiException.Bad("multiple outputs not supported");
        Exporter exporter = new();
        foreach (JsonProperty field in outputs[0].EnumerateObject())
        {
            if (field.Name.Equals("Type", StringComparison.OrdinalIgnoreCase) && field.Value.ValueKind == JsonValueKind.String)
                exporter.Type = field.Value.GetString();
            else if (field.Name.Equals("Attrs", StringComparison.OrdinalIgnoreCase) && field.Value.ValueKind == JsonValueKind.Object)
                exporter.Attrs.Add(field.Value.EnumerateObject().ToDictionary(static a => a.Name, static a => a.Value.ToString(), StringComparer.Ordinal));
        }
        return exporter;
    }

    private static string NumberOf(ulong limit) => limit == ResourceLimit.Unlimited ? "-1" : limit.ToString(CultureInfo.InvariantCulture);
}
