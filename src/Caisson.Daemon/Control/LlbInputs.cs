using System.Collections.Immutable;
using Caisson.Daemon.Llb;
using Caisson.Daemon.Proto.Llb;
using Caisson.Daemon.Sessions;
using Caisson.Engine;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Daemon.Control;

/// <summary>What a build with a given graph takes from its client: directories, as its sources say.</summary>
internal sealed class LlbInputs : IContextFiles, IDisposable
{
    private readonly Func<string?, Task<ClientSession>> _sessionOf;
    private readonly StatusRecorder _recorder;
    private readonly Dictionary<string, (FileRequest Selection, string? Session, ClientDirectory Directory)> _directories = new(StringComparer.Ordinal);

    private LlbInputs(Func<string?, Task<ClientSession>> sessionOf, StatusRecorder recorder)
    {
        _sessionOf = sessionOf;
        _recorder = recorder;
    }

    /// <summary>Makes places for what the client has.</summary>
    /// <param name="sources">The sources of its graphs.</param>
    /// <param name="sessionOf">The session of an id; of null, that of the build.</param>
    /// <param name="files">Brings files.</param>
    /// <param name="recorder">Is told of it.</param>
    /// <exception cref="Engine.Spelling.UsageException">A source is not understood.</exception>
    /// <exception cref="BuildException">The store cannot be written to.</exception>
    public static async Task<LlbInputs> OpenAsync(IEnumerable<SourceOp> sources, Func<string?, Task<ClientSession>> sessionOf, SessionFiles files, StatusRecorder recorder)
    {
        LlbInputs inputs = new(sessionOf, recorder);
        try
        {
            foreach (IGrouping<string, SourceOp> same in sources.Distinct().Where(static s => s.Identifier.StartsWith(LlbSources.LocalScheme, StringComparison.Ordinal)).GroupBy(static s => s.Identifier[LlbSources.LocalScheme.Length..], StringComparer.Ordinal))
                await inputs.AddAsync(same, files).ConfigureAwait(false);
            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
    }

    /// <summary>A request with them.</summary>
    public BuildRequest Apply(BuildRequest request) => request with
    {
        NamedContexts = _directories.ToImmutableDictionary(static d => d.Key, static d => d.Value.Directory.Path, StringComparer.Ordinal),
        ContextFiles = this,
    };

    /// <inheritdoc/>
    public GivenFile? FindIgnore(string context) => null;

    /// <inheritdoc/>
    public string LocationOf(string context) => "client:" + (_directories.TryGetValue(context, out (FileRequest Selection, string?, ClientDirectory) found) ? found.Selection.Name : context);

    /// <inheritdoc/>
    public async Task FillAsync(string context, ImmutableArray<string> excludes, ImmutableArray<string> paths, Action<FileStatus, Digest> written, CancellationToken ct)
    {
        (FileRequest selection, string? id, ClientDirectory directory) = _directories[context];
        await _recorder.ReportAsync($"local://{selection.Name}", async vertex =>
        {
            ClientSession session = await _sessionOf(id).ConfigureAwait(false);
            await SessionFiles.ReceiveAsync(directory, session, selection, bytes => _recorder.Progress(vertex, $"transferring {selection.Name}:", bytes), written, ct).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, _, ClientDirectory directory) in _directories.Values)
            directory.Dispose();
    }

    private async Task AddAsync(IGrouping<string, SourceOp> sources, SessionFiles files)
    {
        SourceOp source = sources.First();
        // What is asked for in several ways is taken whole.
        FileRequest selection = sources.Count() > 1 ? new FileRequest(sources.Key) : new FileRequest(sources.Key)
        {
            IncludePatterns = LlbSources.ListOf(source, "local.includepattern"),
            ExcludePatterns = LlbSources.ListOf(source, "local.excludepatterns"),
            FollowPaths = LlbSources.ListOf(source, "local.followpaths"),
            SharedKeyHint = source.Attrs.TryGetValue("local.sharedkeyhint", out string? hint) ? hint : "",
        };
        string? session = source.Attrs.TryGetValue("local.session", out string? id) && id.Length > 0 ? id : null;
        _directories.Add(LlbSources.ContextOf(sources.Key), (selection, session, files.Open(await _sessionOf(session).ConfigureAwait(false), selection)));
    }
}
