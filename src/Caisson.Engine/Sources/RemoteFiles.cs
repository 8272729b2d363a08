using System.Diagnostics;
using Caisson.Engine.Caching;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Planning;
using Caisson.Engine.Secrets;
using Caisson.Engine.Sources.Git;
using Caisson.Engine.Sources.Http;
using Caisson.Engine.Sources.Signatures;
using Caisson.Engine.Steps;

namespace Caisson.Engine.Sources;

/// <summary>Everything that a build takes from elsewhere, except images: pinned before it is planned, fetched when a step needs it.</summary>
/// <remarks>Thread-safe. For one build, whose secrets it uses.</remarks>
internal sealed class RemoteFiles : IRemoteResolver, IFetcher
{
    private readonly FetchParts _parts;
    private readonly HttpSource _http;
    private readonly GitSource _git;
    private readonly SourceGuard _guard;
    private readonly InFlight<Layer> _fetching = new();

    /// <summary>Fetches for a build.</summary>
    /// <param name="parts">What it fetches with.</param>
    /// <param name="secrets">The secrets of the build.</param>
    /// <param name="agents">The SSH agents of the build.</param>
    /// <param name="signers">Whose signatures its git repositories must carry.</param>
    /// <param name="guard">What it may use.</param>
    public RemoteFiles(FetchParts parts, SecretStore secrets, SshAgents agents, RequiredSigners signers, SourceGuard guard)
    {
        _guard = guard;
        _parts = parts;
        _http = new HttpSource(parts, secrets);
        _git = new GitSource(parts, new GitCredentials(parts.Options, secrets, agents, parts.Work), signers);
    }

    /// <inheritdoc/>
    public async Task<Operation.Fetched> ResolveAsync(RemoteSource source, CancellationToken ct)
    {
        switch (source)
        {
            case RemoteSource.Http http:
                Operation.Http file = await _http.ResolveAsync(_guard.Choose(http), ct).ConfigureAwait(false);
                _guard.Note(http, file.Content);
                return file;
            case RemoteSource.Git git:
                Operation.Git commit = await _git.ResolveAsync(git, _guard.Choose(git), ct).ConfigureAwait(false);
                _guard.Note(git, commit);
                return commit;
            default:
                throw new UnreachableException(source.GetType().Name);
        }
    }

    /// <inheritdoc/>
    public Layer? Find(Operation.Fetched pinned) => _parts.Layers.Find(pinned);

    /// <inheritdoc/>
    public Task<Layer> FetchAsync(Operation.Fetched pinned, CancellationToken ct) =>
        _fetching.RunAsync(CanonicalEncoder.DigestOf(pinned, []).Value, async token => _parts.Layers.Find(pinned) ?? await FetchOnceAsync(pinned, token).ConfigureAwait(false), ct);

    /// <summary>The directory with the files of what was pinned, fetched when they are not here. Its layer lives as long as the store.</summary>
    /// <exception cref="StepException">They cannot be had, or are something else.</exception>
    public async Task<string> GetDirectoryAsync(Operation.Fetched pinned, CancellationToken ct)
    {
        Layer layer = await FetchAsync(pinned, ct).ConfigureAwait(false);
        return _parts.Store.FindDirectory(layer.Id) ?? throw new InvalidDataException($"layer {layer.Id} is no longer in the store");
    }

    private Task<Layer> FetchOnceAsync(Operation.Fetched pinned, CancellationToken ct) => pinned switch
    {
        Operation.Http http => _http.FetchAsync(http, ct),
        Operation.Git git => _git.FetchAsync(git, ct),
        _ => throw new UnreachableException(pinned.GetType().Name),
    };
}
