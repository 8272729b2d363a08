using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Caisson.Daemon.Proto.Control;
using Caisson.Daemon.Sessions;
using Caisson.Engine;
using Caisson.Engine.Spelling;
using Caisson.Oci.Model;

namespace Caisson.Daemon.Control;

/// <summary>The shared caches of a client's build. Those in directories of the client are in directories of the daemon while it goes on.</summary>
internal sealed class ClientCaches : IDisposable
{
    private const string Local = "local";

    private readonly List<ClientDirectory> _copied = [];
    private readonly List<(string Path, string Store)> _sent = [];
    private readonly ClientSession? _session;
    private ImmutableArray<CacheImport> _imports = [];
    private ImmutableArray<CacheExport> _exports = [];

    private ClientCaches(ClientSession? session) => _session = session;

    /// <summary>Takes what is needed from the client.</summary>
    /// <param name="options">What the client asks of the daemon; null for nothing.</param>
    /// <param name="asked">What it asks of the frontend.</param>
    /// <param name="session">The client; null when it is not there.</param>
    /// <param name="files">Has the directories.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="UsageException">A cache is not understood.</exception>
    public static async Task<ClientCaches> OpenAsync(CacheOptions? options, FrontendRequest asked, ClientSession? session, SessionFiles files, CancellationToken ct)
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
        ClientCaches caches = new(session);
        try
        {
            await caches.OpenAsync(imports.DistinctBy(ValueOf), exports, files, ct).ConfigureAwait(false);
            return caches;
        }
        catch
        {
            caches.Dispose();
            throw;
        }
    }

    /// <summary>A request with them.</summary>
    public BuildRequest Apply(BuildRequest request) => request with { CacheImports = _imports, CacheExports = _exports };

    /// <summary>Gives the client the caches that are to be in directories of its own.</summary>
    /// <returns>What it is told of them.</returns>
    /// <exception cref="IOException">The client does not take them, or is gone.</exception>
    public async Task<ImmutableArray<KeyValuePair<string, string>>> SendAsync(CancellationToken ct)
    {
        ImmutableArray<KeyValuePair<string, string>> told = [];
        foreach ((string path, string store) in _sent)
        {
            // there is a session, or the list would be empty; the client puts this one into all of its directories, so it is told of one
            if (await ClientLayouts.SendAsync(path, _session!, store, ct).ConfigureAwait(false) is { } manifest)
                told = [KeyValuePair.Create("cache.manifest", Encoding.UTF8.GetString(OciJson.Write(manifest)))];
        }
        return told;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ClientDirectory directory in _copied)
            directory.Dispose();
        foreach ((string path, _) in _sent)
            Linux.Files.DirectoryRemoval.Remove(path);
    }

    private async Task OpenAsync(IEnumerable<KeyValuePair<string, ImmutableDictionary<string, string>>> imports, List<KeyValuePair<string, ImmutableDictionary<string, string>>> exports, SessionFiles files, CancellationToken ct)
    {
        List<string> read = [];
        foreach (KeyValuePair<string, ImmutableDictionary<string, string>> import in imports)
        {
            if (import.Key != Local)
                read.Add(ValueOf(import));
            else if (await CopyAsync(import.Value, files, ct).ConfigureAwait(false) is { } copied)
                read.Add(ValueOf(KeyValuePair.Create(Local, copied)));
        }
        _imports = [.. CacheValues.ReadImports([.. read], static _ => null).Select(static i => i with { Location = Shown(i.Location) }).Distinct()];
        _exports = [.. exports.SelectMany(e => CacheValues.ReadExports([ValueOf(e.Key == Local ? KeyValuePair.Create(Local, Replace(e.Value, files)) : e)], static _ => null)).Select(static e => e with { Location = Shown(e.Location) })];
    }

    // Where the store has it is of no use to the client.
    private static CacheLocation Shown(CacheLocation location) => location is CacheLocation.Directory directory ? directory with { Shown = "a directory of the client" } : location;

    // A cache that is not there, or cannot be read, is none: the build goes on without it.
    private async Task<ImmutableDictionary<string, string>?> CopyAsync(ImmutableDictionary<string, string> attributes, SessionFiles files, CancellationToken ct)
    {
        if (!attributes.TryGetValue("src", out string? source) || !attributes.TryGetValue("digest", out string? text) || !Digest.TryParse(text, out Digest? digest))
            return null;
        // A mistake is told in the client's words, before a directory of the daemon stands in them.
        CacheValues.ReadImports([ValueOf(KeyValuePair.Create(Local, attributes))], static _ => null);
        ClientSession session = _session ?? throw NotThere();
        try
        {
            ClientDirectory directory = await ClientLayouts.CopyAsync(session, $"{Local}:{source}", digest, [], files, ct).ConfigureAwait(false);
            _copied.Add(directory);
            return attributes.SetItem("src", directory.Path);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private ImmutableDictionary<string, string> Replace(ImmutableDictionary<string, string> attributes, SessionFiles files)
    {
        if (!attributes.TryGetValue("dest", out string? destination))
            throw new UsageException("type=local: dest is missing");
        CacheValues.ReadExports([ValueOf(KeyValuePair.Create(Local, attributes))], static _ => null);
        if (_session is null)
            throw NotThere();
        string path = files.NewDirectory();
        _sent.Add((path, $"{Local}:{destination}"));
        // Whether it replaces others there is for the client to see to.
        return attributes.SetItem("dest", path).Remove("reset");
    }

    private static UsageException NotThere() => new("type=local: the client is not there");

    private static ImmutableDictionary<string, string> OfReference(string reference) => ImmutableDictionary<string, string>.Empty.Add("ref", reference);

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
