using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Caisson.Daemon.Proto.Gateway;
using Caisson.Engine.Spelling;
using Caisson.Oci.Model;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;
using Definition = Caisson.Daemon.Proto.Llb.Definition;

namespace Caisson.Daemon.Control;

/// <summary>What the part of a build that runs in the client came to, as a build: results that it was given, with what it says of their images.</summary>
/// <remarks>BuildKit's exporter/containerimage/exptypes: the keys of the metadata, and which of them are for one platform.</remarks>
internal static class ReturnedResult
{
    private const string ConfigKey = "containerimage.config";
    private const string PlatformsKey = "refs.platforms";
    private const int MaxDepth = 32;

    /// <summary>Reads it.</summary>
    /// <param name="job">The build.</param>
    /// <param name="result">What was returned.</param>
    /// <returns>The build to do: of what was returned, or of the empty file system where that is nothing; null when there is neither anything to build nor anything to export.</returns>
    /// <exception cref="RpcException">It names a result that the build was not given.</exception>
    /// <exception cref="UsageException">What it says of an image is not understood.</exception>
    public static FrontendRequest? Read(BuildJob job, Result result)
    {
        bool isMap = result.ResultCase is Result.ResultOneofCase.Refs or Result.ResultOneofCase.RefsDeprecated;
        ImmutableArray<(string Key, string Reference)> references = [.. ReferencesOf(result).Where(static r => !string.IsNullOrEmpty(r.Reference))];
        if (references.IsEmpty && job.Request.Exporters.Count == 0 && job.Request.ExporterDeprecated.Length == 0)
            return null;
        ImmutableArray<FrontendResult> found = [.. references.Select(r => FrontendRunner.Find(job, r.Reference)).Distinct()];
        bool saysNothing = !result.Metadata.Keys.Any(static k => k == ConfigKey || k.StartsWith(ConfigKey + "/", StringComparison.Ordinal));
        // Of several platforms of a Dockerfile all results are those of one build.
        if (found is [var only] && saysNothing && only.Request.Graphs.IsEmpty)
            return only.Request;
        isMap &= !references.IsEmpty;
        ImmutableArray<ClientGraph> graphs = [.. (isMap ? PlatformsOf(result.Metadata, references) : [OnlyOf(result.Metadata, references.FirstOrDefault().Reference)]).Select(p => GraphOf(job, result.Metadata, p.Key, p.Reference, p.Platform))];
        if (graphs.IsEmpty)
            throw new UsageException($"{PlatformsKey} of the result names no platform");
        // Of what frontends are told, that which is about images, and not about how a frontend comes to them.
        Dictionary<string, string> attributes = new(job.Request.FrontendAttrs.Where(static a => a.Key is "build-arg:SOURCE_DATE_EPOCH" || a.Key.StartsWith("attest:", StringComparison.Ordinal) || a.Key.StartsWith("build-arg:BUILDKIT_ATTEST_", StringComparison.Ordinal)), StringComparer.Ordinal);
        if (graphs[0].Platform is not null)
            attributes["platform"] = string.Join(',', graphs.Select(static g => g.Platform));
        if (isMap)
            attributes["build-arg:BUILDKIT_MULTI_PLATFORM"] = "1";
        return new FrontendRequest(job.Request.Session, new FrontendAttributes(attributes))
        {
            Graphs = graphs,
            Policies = [.. found.SelectMany(static r => r.Request.Policies)],
            CacheImports = found.IsEmpty ? [] : found[0].Request.CacheImports,
        };
    }

    private static IEnumerable<(string Key, string Reference)> ReferencesOf(Result result) => result.ResultCase switch
    {
        Result.ResultOneofCase.Ref => [("", result.Ref.Id)],
        Result.ResultOneofCase.RefDeprecated => [("", result.RefDeprecated)],
        Result.ResultOneofCase.Refs => result.Refs.Refs.Select(static r => (r.Key, r.Value.Id)),
        Result.ResultOneofCase.RefsDeprecated => result.RefsDeprecated.Refs.Select(static r => (r.Key, r.Value)),
        _ => [],
    };

    // In the order that the client says, else by name.
    private static IEnumerable<(string? Key, string? Reference, Platform? Platform)> PlatformsOf(MapField<string, ByteString> metadata, ImmutableArray<(string Key, string Reference)> references)
    {
        List<(string Key, Platform Platform)> said = metadata.TryGetValue(PlatformsKey, out ByteString? bytes) ? ReadPlatforms(bytes) : [.. references.Select(static r => r.Key).Order(StringComparer.Ordinal).Select(static k => (k, Parse(k)))];
        foreach ((string key, Platform platform) in said.DistinctBy(static p => p.Platform))
        {
            string? reference = references.FirstOrDefault(r => r.Key == key).Reference;
            yield return (key, reference ?? throw new UsageException($"the build names the platform {key}, and has no result for it"), platform);
        }
    }

    // Of a result that is not told by platforms, its platform may be said all the same.
    private static (string? Key, string? Reference, Platform? Platform) OnlyOf(MapField<string, ByteString> metadata, string? reference)
    {
        if (!metadata.TryGetValue(PlatformsKey, out ByteString? bytes))
            return (null, reference, null);
        return ReadPlatforms(bytes) is [var (key, platform)] ? (key, reference, platform) : throw new UsageException($"{PlatformsKey} of the result is not about one platform, as the result is");
    }

    private static List<(string Key, Platform Platform)> ReadPlatforms(ByteString json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json.Memory, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return [.. document.RootElement.GetProperty("Platforms").EnumerateArray().Select(static p => (p.GetProperty("ID").GetString() ?? "", Parse(p.GetProperty("Platform"))))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new UsageException($"{PlatformsKey} of the result is no list of platforms: {e.Message}");
        }
    }

    private static Platform Parse(JsonElement platform) =>
        Parse(string.Join('/', ((string[])["os", "architecture", "variant"]).Select(name => platform.TryGetProperty(name, out JsonElement part) ? part.GetString() : null).Where(static part => !string.IsNullOrEmpty(part))));

    private static Platform Parse(string text) => Platform.TryParse(text, out Platform? platform) ? platform : throw new UsageException($"\"{text}\" is no platform");

    private static ClientGraph GraphOf(BuildJob job, MapField<string, ByteString> metadata, string? key, string? reference, Platform? platform)
    {
        ImageConfig? config = metadata.TryGetValue($"{ConfigKey}/{key}", out ByteString? own) || metadata.TryGetValue(ConfigKey, out own) ? ReadConfig(own, platform) : null;
        return new ClientGraph(reference is null ? null : DefinitionOf(FrontendRunner.Find(job, reference), reference)) { Platform = platform ?? (config is null ? null : Parse(config.Platform.ToString())), Config = config };
    }

    // A graph goes on as it is; what a Dockerfile came to is an image.
    private static Definition? DefinitionOf(FrontendResult result, string reference) => result.Request.Graphs is [{ Config: null } given] ? given.Definition
        : result.ToReference(reference.Split('/', 2) is [_, var platform] ? platform : null).Def;

    // What a client leaves out, or cannot know, is filled in.
    private static ImageConfig ReadConfig(ByteString json, Platform? platform)
    {
        try
        {
            JsonObject config = JsonNode.Parse(json.Span, nodeOptions: null, new JsonDocumentOptions { MaxDepth = MaxDepth })?.AsObject() ?? throw new JsonException("it is empty");
            config["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray() };
            Platform usual = platform ?? Engine.BuildEngine.MachinePlatform;
            if (config["os"] is not JsonValue os || os.ToString().Length == 0)
                config["os"] = usual.Os;
            if (config["architecture"] is not JsonValue architecture || architecture.ToString().Length == 0)
                config["architecture"] = usual.Architecture;
            return OciJson.ReadConfig(System.Text.Encoding.UTF8.GetBytes(config.ToJsonString()));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or InvalidImageException)
        {
            throw new UsageException($"{ConfigKey} of the result is no image configuration: {e.Message}");
        }
    }
}
