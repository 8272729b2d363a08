using System.Collections.Concurrent;
using System.Collections.Immutable;
using Caisson.Linux.Agents;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;

namespace Caisson.Engine.Secrets;

/// <summary>The SSH agents of one build, by id. One that holds keys of files is started when it is first needed.</summary>
/// <remarks>Thread-safe. Disposed when no step runs any more.</remarks>
internal sealed class SshAgents : IAsyncDisposable
{
    // As in BuildKit; keys are far smaller.
    private const int MaxKeyBytes = 100 << 10;

    private readonly ImmutableDictionary<string, SshAgentSource> _sources;
    private readonly SandboxHost _sandbox;
    private readonly WorkArea _work;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _sockets = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<KeyAgent> _started = [];
    private readonly ConcurrentDictionary<string, bool> _provided = new(StringComparer.Ordinal);

    private readonly ISshAgentProvider? _provider;

    private SshAgents(ImmutableDictionary<string, SshAgentSource> sources, SandboxHost sandbox, WorkArea work, ISshAgentProvider? provider)
    {
        _sources = sources;
        _provider = provider;
        _sandbox = sandbox;
        _work = work;
    }

    /// <summary>Looks whether the sockets and keys are there; reads and starts nothing.</summary>
    /// <param name="sources">The agents by id.</param>
    /// <param name="sandbox">Where agents of our own live.</param>
    /// <param name="work">For sockets.</param>
    /// <param name="provider">Has others; null when nobody does.</param>
    /// <exception cref="BuildException">One is not there, or an agent is to be both a socket and keys.</exception>
    public static SshAgents Open(ImmutableDictionary<string, SshAgentSource> sources, SandboxHost sandbox, WorkArea work, ISshAgentProvider? provider = null)
    {
        foreach ((string id, SshAgentSource source) in sources.OrderBy(static s => s.Key, StringComparer.Ordinal))
        {
            foreach (string path in source.Paths)
            {
                if (!Path.Exists(path))
                    throw Unusable(id, $"there is no {path}");
            }
            if (source.Paths.IsEmpty)
                throw Unusable(id, "neither a socket nor a key was given");
            if (source.Paths.Length > 1 && source.Paths.Any(IsSocket))
                throw Unusable(id, "an agent has either one socket or key files");
        }
        return new SshAgents(sources, sandbox, work, provider);
    }

    /// <summary>Whether the build was given an agent of this id, as far as it has asked.</summary>
    public bool Has(string id) => _sources.ContainsKey(id) || _provided.GetValueOrDefault(id);

    /// <summary>A socket of its own behind which is the agent; null when the build was given none of this id.</summary>
    /// <param name="id">Which agent.</param>
    /// <param name="mode">Permission bits of the socket.</param>
    /// <param name="owner">Its owner and group.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">A key cannot be used.</exception>
    public async Task<ConnectionSocket?> TryOpenAsync(string id, int mode, (uint Uid, uint Gid) owner, CancellationToken ct)
    {
        string? agent = await TryFindAsync(id, ct).ConfigureAwait(false);
        return agent is null ? null : AgentSocket.Open(_work.NewDirectory("agent"), agent, mode, owner);
    }

    /// <summary>The agent's own socket, for programs of this machine that we run; null when the build was given none of this id.</summary>
    /// <exception cref="BuildException">A key cannot be used.</exception>
    public async Task<string?> TryFindAsync(string id, CancellationToken ct) => _sources.TryGetValue(id, out SshAgentSource? source)
        ? await _sockets.GetOrAdd(id, _ => new(() => FindAsync(id, source, ct))).Value.ConfigureAwait(false)
        : _provider is null ? null : await AskAsync(id, _provider, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (KeyAgent agent in _started)
            await agent.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<string?> AskAsync(string id, ISshAgentProvider provider, CancellationToken ct)
    {
        try
        {
            string? found = await provider.FindAsync(id, ct).ConfigureAwait(false);
            _provided[id] = found is not null;
            return found;
        }
        catch (IOException e)
        {
            throw Unusable(id, e.Message, e);
        }
    }

    private async Task<string> FindAsync(string id, SshAgentSource source, CancellationToken ct)
    {
        if (source.Paths is [string single] && IsSocket(single))
            return Path.GetFullPath(single);
        KeyAgent agent = await StartAsync(ct).ConfigureAwait(false);
        _started.Add(agent);
        foreach (string path in source.Paths)
        {
            if (await agent.AddAsync(ReadKey(id, path), ct).ConfigureAwait(false) is { } refusal)
                throw Unusable(id, $"the key {path} is not taken: {refusal}");
        }
        return agent.SocketPath;
    }

    private async Task<KeyAgent> StartAsync(CancellationToken ct)
    {
        try
        {
            return await KeyAgent.StartAsync(await _sandbox.GetNamespacesAsync(ct).ConfigureAwait(false), _work.NewDirectory("keys"), ct).ConfigureAwait(false);
        }
        catch (ProcessStartException e)
        {
            throw new BuildException(EngineCodes.MissingProgram, "keys of files need ssh-agent, which is not on this machine", "apt-get install openssh-client, or give the socket of a running agent", e);
        }
    }

    private static ReadOnlyMemory<byte> ReadKey(string id, string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            byte[] content = new byte[MaxKeyBytes + 1];
            int count = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return count <= MaxKeyBytes ? content.AsMemory(0, count) : throw Unusable(id, $"{path} is too large for a key");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(id, $"the key {path} cannot be read: {e.Message}", e);
        }
    }

    private static bool IsSocket(string path)
    {
        string full = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        using DirectoryHandle parent = DirectoryHandle.Open(Path.GetDirectoryName(full) ?? "/");
        return Path.GetFileName(full) is { Length: > 0 } name && parent.TryStatus(name) is { Kind: FileKind.Socket };
    }

    private static BuildException Unusable(string id, string reason, Exception? cause = null) => new(
        EngineCodes.SshAgentUnusable,
        $"the SSH agent \"{id}\" cannot be used: {reason}",
        "give the socket of a running agent, --ssh default=$SSH_AUTH_SOCK, or files of keys without a passphrase, --ssh default=KEY",
        cause);
}
