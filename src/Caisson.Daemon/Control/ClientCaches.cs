using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Daemon.Proto.Control;
using Caisson.Daemon.Sessions;
using Caisson.Engine;
using Caisson.Engine.Spelling;

namespace Caisson.Daemon.Control;

/// <summary>The shared caches of a client's build.</summary>
internal static class ClientCaches
{
    /// <summary>A request with them.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">What the client asks of the daemon; null for nothing.</param>
    /// <param name="asked">What it asks of the frontend.</param>
    /// <param name="session">The client; null when it is not there.</param>
    /// <exception cref="UsageException">A cache is not understood.</exception>
    public static BuildRequest Apply(BuildRequest request, CacheOptions? options, FrontendRequest asked, ClientSession? session)
    {
        List<KeyValuePair<string, ImmutableDictionary<string, string>>> imports = [.. asked.CacheImports];
        foreach (CacheOptionsEntry entry in options?.Imports ?? [])
            imports.Add(KeyValuePair.Create(entry.Type, entry.Attrs.ToImmutableDictionary(StringComparer.Ordinal)));
        foreach (string reference in options?.ImportRefsDeprecated ?? [])
            imports.Add(KeyValuePair.Create("registry", OfReference(reference)));
        if (asked.Attributes.CacheImports is { Length: > 0 } json)
            imports.AddRange(Read(json));
        foreach (string reference in (asked.Attributes.CacheFrom ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
            imports.Add(KeyValuePair.Create("registry", OfReference(reference)));
        List<KeyValuePair<string, ImmutableDictionary<string, string>>> exports = [];
        foreach (CacheOptionsEntry entry in options?.Exports ?? [])
            exports.Add(KeyValuePair.Create(entry.Type, entry.Attrs.ToImmutableDictionary(StringComparer.Ordinal)));
        if (options?.ExportRefDeprecated is { Length: > 0 } exported)
            exports.Add(KeyValuePair.Create("registry", options.ExportAttrsDeprecated.ToImmutableDictionary(StringComparer.Ordinal).SetItem("ref", exported)));
        return request with
        {
            CacheImports = [.. imports.Where(i => IsHere(i.Key, session)).SelectMany(static i => CacheValues.ReadImports([ValueOf(i)], static _ => null)).Distinct()],
            CacheExports = [.. exports.Where(e => IsHere(e.Key, session)).SelectMany(static e => CacheValues.ReadExports([ValueOf(e)], static _ => null))],
        };
    }

    private static ImmutableDictionary<string, string> OfReference(string reference) => ImmutableDictionary<string, string>.Empty.Add("ref", reference);

    // A directory is the client's, not ours.
    private static bool IsHere(string type, ClientSession? session) => type != "local" ? true
        : throw new UsageException(session is null ? "type=local: the client is not there" : "type=local: caches in directories of the client are not supported over this connection; give the cache a place in a registry, type=registry");

    private static string ValueOf(KeyValuePair<string, ImmutableDictionary<string, string>> entry) =>
        string.Join(',', (string[])[$"type={entry.Key}", .. entry.Value.OrderBy(static a => a.Key, StringComparer.Ordinal).Select(static a => $"\"{a.Key}={a.Value}\"")]);

    private static List<KeyValuePair<string, ImmutableDictionary<string, string>>> Read(string json)
    {
        List<KeyValuePair<string, ImmutableDictionary<string, string>>> imports = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            foreach (JsonElement entry in document.RootElement.EnumerateArray())
            {
                ImmutableDictionary<string, string>.Builder attributes = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
                if (entry.TryGetProperty("Attrs", out JsonElement given) && given.ValueKind == JsonValueKind.Object)
                {
                    foreach (JsonProperty attribute in given.EnumerateObject())
                        attributes[attribute.Name] = attribute.Value.GetString() ?? "";
                }
                imports.Add(KeyValuePair.Create(entry.GetProperty("Type").GetString() ?? "", attributes.ToImmutable()));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new UsageException($"failed to unmarshal cache-imports: {e.Message}");
        }
        return imports;
    }
}
