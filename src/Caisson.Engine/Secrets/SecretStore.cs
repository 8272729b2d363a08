using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Caisson.Engine.Secrets;

/// <summary>The secrets of one build, by id. Each is read when it is first needed, once, and kept in memory only.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class SecretStore
{
    /// <summary>The most bytes that a secret may have, as in BuildKit.</summary>
    public const int MaxBytes = 500 << 10;

    private readonly ImmutableDictionary<string, SecretSource> _sources;
    private readonly ConcurrentDictionary<string, Lazy<ReadOnlyMemory<byte>>> _contents = new(StringComparer.Ordinal);

    private readonly ISecretProvider? _provider;
    private readonly ConcurrentDictionary<string, ReadOnlyMemory<byte>?> _provided = new(StringComparer.Ordinal);

    private SecretStore(ImmutableDictionary<string, SecretSource> sources, ISecretProvider? provider)
    {
        _sources = sources;
        _provider = provider;
    }

    /// <summary>The store of a build without secrets.</summary>
    public static SecretStore Empty { get; } = new(ImmutableDictionary<string, SecretSource>.Empty, provider: null);

    /// <summary>Opens a store: looks whether the files are there, and reads none.</summary>
    /// <param name="sources">The secrets by id.</param>
    /// <param name="provider">Has others; null when nobody does.</param>
    /// <exception cref="BuildException">A file is not there, or is too large.</exception>
    public static SecretStore Open(ImmutableDictionary<string, SecretSource> sources, ISecretProvider? provider = null)
    {
        foreach ((string id, SecretSource source) in sources.OrderBy(static s => s.Key, StringComparer.Ordinal))
        {
            if (source is not SecretSource.File { Path: var path })
                continue;
            FileInfo file = new(path);
            if (Directory.Exists(path))
                throw Unreadable(id, path, "it is a directory");
            if (!file.Exists)
                throw Unreadable(id, path, "there is no such file");
            if (file.Length > MaxBytes)
                throw TooLarge(id);
        }
        return new SecretStore(sources, provider);
    }

    /// <summary>The content of a secret; null when the build was given none of this id.</summary>
    /// <exception cref="BuildException">It cannot be read, or is too large.</exception>
    public async Task<ReadOnlyMemory<byte>?> TryReadAsync(string id, CancellationToken ct)
    {
        if (_sources.TryGetValue(id, out SecretSource? source))
            return _contents.GetOrAdd(id, _ => new(() => Read(id, source))).Value;
        if (_provider is null)
            return null;
        return _provided.TryGetValue(id, out ReadOnlyMemory<byte>? known) ? known : _provided.GetOrAdd(id, await AskAsync(id, _provider, ct).ConfigureAwait(false));
    }

    /// <summary>Whether the build was given a secret, as far as it has asked.</summary>
    public bool Has(string id) => _sources.ContainsKey(id) || (_provided.TryGetValue(id, out ReadOnlyMemory<byte>? known) && known is not null);

    /// <summary>The secrets that were needed so far.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> ReadSoFar
    {
        get
        {
            foreach (Lazy<ReadOnlyMemory<byte>> content in _contents.Values)
            {
                if (content.IsValueCreated)
                    yield return content.Value;
            }
            foreach (ReadOnlyMemory<byte>? content in _provided.Values)
            {
                if (content is { } provided)
                    yield return provided;
            }
        }
    }

    private static async Task<ReadOnlyMemory<byte>?> AskAsync(string id, ISecretProvider provider, CancellationToken ct)
    {
        try
        {
            ReadOnlyMemory<byte>? content = await provider.FindAsync(id, ct).ConfigureAwait(false);
            return content is { Length: > MaxBytes } ? throw TooLarge(id) : content;
        }
        catch (IOException e)
        {
            throw new BuildException(EngineCodes.SecretUnreadable, $"the secret \"{id}\" cannot be had: {e.Message}", "whoever gave it has to be there until the build ends", e);
        }
    }

    private static ReadOnlyMemory<byte> Read(string id, SecretSource source)
    {
        ReadOnlyMemory<byte> content = source switch
        {
            SecretSource.Bytes bytes => bytes.Content,
            SecretSource.File file => ReadFile(id, file.Path),
            _ => throw new System.Diagnostics.UnreachableException(source.GetType().Name),
        };
        return content.Length <= MaxBytes ? content : throw TooLarge(id);
    }

    // A pipe does not say how long it is, so at most one byte too many is read.
    private static ReadOnlyMemory<byte> ReadFile(string id, string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            byte[] content = new byte[MaxBytes + 1];
            return content.AsMemory(0, file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(id, path, e.Message, e);
        }
    }

    private static BuildException Unreadable(string id, string path, string reason, Exception? cause = null) =>
        new(EngineCodes.SecretUnreadable, $"the secret \"{id}\" cannot be read from {path}: {reason}", "give its file with src=, or the name of an environment variable with env=", cause);

    private static BuildException TooLarge(string id) =>
        new(EngineCodes.SecretTooLarge, $"the secret \"{id}\" is larger than {MaxBytes >> 10} KiB", "a secret is a key or a password; larger files belong into a context or a cache");
}
