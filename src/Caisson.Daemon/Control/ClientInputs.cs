using System.Collections.Immutable;
using Caisson.Daemon.Proto.Llb;
using Caisson.Daemon.Sessions;
using Caisson.Engine;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Daemon.Control;

/// <summary>What a build takes from its client: the Dockerfile, the build context and named contexts, each in a directory of the daemon that is filled when it is known what is needed.</summary>
internal sealed class ClientInputs : IContextFiles, IDisposable
{
    /// <summary>The location of a build context that came with the request itself.</summary>
    public const string BodyLocation = "http://buildkit-request/context";

    private const string MainContext = "context";
    private const string DockerfileDirectory = "dockerfile";
    private const string IgnoreName = ".dockerignore";
    private const string LocalPrefix = "local:";
    private const string UploadPrefix = "http://buildkit-session/";
    private const int MaxFileBytes = 4 << 20;

    private readonly FrontendAttributes _attributes;
    private readonly FrontendRequest _asked;
    private readonly InputPlaces _places;
    private readonly SessionFiles _files;
    private readonly StatusRecorder _recorder;
    private readonly Dictionary<string, (string Local, ClientDirectory Directory)> _directories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClientDirectory> _layouts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GivenFile> _ignores = new(StringComparer.Ordinal);
    private readonly Dictionary<Definition, string> _built = [];

    // The build context, when it is the result of a graph that was sent along.
    private string? _context;

    // The build context, when the client reads it from its standard input.
    private Stream? _upload;

    private ClientInputs(FrontendRequest asked, InputPlaces places, SessionFiles files, StatusRecorder recorder)
    {
        _attributes = asked.Attributes;
        _asked = asked;
        _places = places;
        _files = files;
        _recorder = recorder;
    }

    /// <summary>Takes what the plan of a build needs, and makes places for the rest.</summary>
    /// <param name="asked">The build.</param>
    /// <param name="places">Where they are to be had.</param>
    /// <param name="files">Brings files.</param>
    /// <param name="recorder">Is told of it.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">There is no Dockerfile.</exception>
    public static async Task<ClientInputs> OpenAsync(FrontendRequest asked, InputPlaces places, SessionFiles files, StatusRecorder recorder, CancellationToken ct)
    {
        ClientInputs inputs = new(asked, places, files, recorder);
        try
        {
            await inputs.OpenAsync(ct).ConfigureAwait(false);
            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
    }

    /// <summary>The Dockerfile; null when it is with a context that is elsewhere.</summary>
    public GivenFile? Dockerfile { get; private set; }

    /// <summary>A request with them.</summary>
    public async Task<BuildRequest> ApplyAsync(BuildRequest request, CancellationToken ct)
    {
        ImmutableDictionary<string, string>.Builder named = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in _attributes.NamedContexts)
        {
            named[name] = value.StartsWith(LocalPrefix, StringComparison.Ordinal) ? _directories[name].Directory.Path
                : value.StartsWith(ClientLayouts.Prefix, StringComparison.Ordinal) ? await CopyLayoutAsync(name, value, ct).ConfigureAwait(false)
                : value.StartsWith("input:", StringComparison.Ordinal) ? await _places.LocationOf(value["input:".Length..]).ConfigureAwait(false)
                : ClientLocations.Named(name, value);
        }
        request = request with { NamedContexts = named.ToImmutable(), Dockerfile = Dockerfile, ContextFiles = this };
        if (_context is not null)
            return request with { Context = Scoped(BuildContext.FromDirectory(_context)) };
        if (_attributes.RemoteContext is not { } remote)
            return request with { Context = BuildContext.FromDirectory(_directories[MainContext].Directory.Path) };
        if (Dockerfile is null && _attributes.FileName != "Dockerfile")
            request = request with { DockerfilePath = ClientLocations.Dockerfile(_attributes.FileName) };
        if (remote == BodyLocation && _asked.Body is not null)
            return request with { Context = Scoped(BuildContext.FromLocation(BuildContext.StandardInput)), StandardInput = _asked.Body };
        if (!remote.StartsWith(UploadPrefix, StringComparison.Ordinal))
            return request with { Context = Scoped(BuildContext.FromLocation(ClientLocations.Remote("the build context", remote))) };
        ClientSession session = await _places.SessionOf(null).ConfigureAwait(false);
        return request with { Context = Scoped(BuildContext.FromLocation(BuildContext.StandardInput)), StandardInput = OpenUpload(session, new Uri(remote), ct) };
    }

    private Stream OpenUpload(ClientSession session, Uri address, CancellationToken ct)
    {
        TaskCompletionSource<bool> ended = new();
        string shown = "";
        _ = _recorder.ReportAsync("[internal] load remote build context", vertex =>
        {
            shown = vertex;
            return ended.Task;
        });
        return _upload = SessionUpload.Open(session, address, bytes => _recorder.Progress(shown, "transferring context:", bytes), () => ended.TrySetResult(true), ct);
    }

    // Of a directory of the client there is all, as with BuildKit.
    private BuildContext Scoped(BuildContext context) => context with { Directory = _attributes.ContextDirectory };

    /// <inheritdoc/>
    public GivenFile? FindIgnore(string context) => _ignores.GetValueOrDefault(context);

    /// <inheritdoc/>
    public string LocationOf(string context) => context == MainContext ? _attributes.RemoteContext ?? "client:" + context
        : _directories.TryGetValue(context, out (string Local, ClientDirectory Directory) found) ? "client:" + found.Local
        : _attributes.NamedContexts.FirstOrDefault(c => c.Key == context).Value ?? context;

    /// <inheritdoc/>
    public async Task FillAsync(string context, ImmutableArray<string> excludes, ImmutableArray<string> paths, Action<FileStatus, Digest> written, CancellationToken ct)
    {
        if (!_directories.TryGetValue(context, out (string Local, ClientDirectory Directory) found))
            return; // it came otherwise
        (string local, ClientDirectory directory) = found;
        string name = context == MainContext ? "[internal] load build context" : $"[context {context}] load from client";
        await _recorder.ReportAsync(name, async vertex =>
        {
            ClientSession session = await _places.SessionOf(_attributes.SessionOf(local)).ConfigureAwait(false);
            await SessionFiles.ReceiveAsync(directory, session, new FileRequest(local) { ExcludePatterns = excludes, FollowPaths = paths }, bytes => _recorder.Progress(vertex, "transferring context:", bytes), written, ct).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _upload?.Dispose();
        foreach ((_, ClientDirectory directory) in _directories.Values)
            directory.Dispose();
        foreach (ClientDirectory layout in _layouts.Values)
            layout.Dispose();
        foreach (string directory in _built.Values)
            DirectoryRemoval.Remove(directory);
    }

    // The plan asks more than once.
    private async Task<string> CopyLayoutAsync(string name, string value, CancellationToken ct)
    {
        if (_layouts.TryGetValue(value, out ClientDirectory? known))
            return ClientLayouts.At(known, value);
        return await _recorder.ReportAsync($"[context {name}] OCI load from client", async _ =>
        {
            ClientSession session = await _places.SessionOf(null).ConfigureAwait(false);
            ClientDirectory directory = await ClientLayouts.CopyAsync(session, value, _attributes.Platforms, _files, ct).ConfigureAwait(false);
            _layouts.Add(value, directory);
            return ClientLayouts.At(directory, value);
        }).ConfigureAwait(false);
    }

    private async Task OpenAsync(CancellationToken ct)
    {
        bool isRemote = _attributes.RemoteContext is not null;
        if (!isRemote)
            _context = await FindBuiltAsync(MainContext).ConfigureAwait(false);
        if (_attributes.LocalDockerfile is { } local)
            await ReadDockerfileAsync(local, built: null, ct).ConfigureAwait(false);
        else if (!isRemote)
            await ReadDockerfileAsync(DockerfileDirectory, await FindBuiltAsync(DockerfileDirectory).ConfigureAwait(false), ct).ConfigureAwait(false);
        if (!isRemote && _context is null)
            await AddAsync(MainContext, MainContext, ct).ConfigureAwait(false);
        foreach ((string name, string value) in _attributes.NamedContexts)
        {
            if (value.StartsWith(LocalPrefix, StringComparison.Ordinal))
                await AddAsync(name, value[LocalPrefix.Length..], ct).ConfigureAwait(false);
        }
    }

    // Both inputs are often one.
    private async Task<string?> FindBuiltAsync(string input)
    {
        if (!_asked.Inputs.TryGetValue(input, out Definition? graph))
            return null;
        if (!_built.TryGetValue(graph, out string? directory))
            _built.Add(graph, directory = await _places.FilesOf(graph).ConfigureAwait(false));
        return directory;
    }

    private async Task ReadDockerfileAsync(string local, string? built, CancellationToken ct)
    {
        string file = _attributes.FileName;
        string own = file + IgnoreName;
        string small = Path.GetFileName(file) == "Dockerfile" ? Path.Combine(Path.GetDirectoryName(file) ?? "", "dockerfile") : file;
        string[] names = small == file ? [file, own] : [file, own, small];
        IReadOnlyDictionary<string, byte[]> read = await _recorder.ReportAsync(StatusRecorder.DefinitionPrefix + file, async vertex =>
            built is null ? await ReadFilesAsync(local, names, vertex, ct).ConfigureAwait(false) : SessionFiles.Read(built, names, MaxFileBytes)).ConfigureAwait(false);
        if (!read.TryGetValue(file, out byte[]? text) && !read.TryGetValue(small, out text))
            throw new BuildException(EngineCodes.DockerfileUnreadable, $"failed to read dockerfile: open {file}: no such file or directory");
        Dockerfile = new GivenFile(file, text);
        // As with BuildKit, ignore files are for what the client sends.
        if (_context is null && read.TryGetValue(own, out byte[]? ignore))
            _ignores[MainContext] = new GivenFile(own, ignore);
    }

    private async Task AddAsync(string context, string local, CancellationToken ct)
    {
        if (!_ignores.ContainsKey(context))
        {
            IReadOnlyDictionary<string, byte[]> read = await _recorder.ReportAsync($"[internal] load {(context == MainContext ? "" : context + " ")}{IgnoreName}", async vertex =>
                await ReadFilesAsync(local, [IgnoreName], vertex, ct).ConfigureAwait(false)).ConfigureAwait(false);
            if (read.TryGetValue(IgnoreName, out byte[]? ignore))
                _ignores[context] = new GivenFile(IgnoreName, ignore);
        }
        ClientSession session = await _places.SessionOf(_attributes.SessionOf(local)).ConfigureAwait(false);
        _directories.Add(context, (local, _files.Open(session, new FileRequest(local) { SharedKeyHint = _attributes.SharedKeyOf(context) ?? "" })));
    }

    // A few files of a directory of the client, for the daemon itself: they are read, and not kept.
    private async Task<IReadOnlyDictionary<string, byte[]>> ReadFilesAsync(string local, string[] names, string vertex, CancellationToken ct)
    {
        ClientSession session = await _places.SessionOf(_attributes.SessionOf(local)).ConfigureAwait(false);
        IReadOnlyDictionary<string, byte[]> read = await _files.ReadAsync(session, new FileRequest(local) { FollowPaths = [.. names] }, MaxFileBytes, ct).ConfigureAwait(false);
        _recorder.Progress(vertex, "transferring " + (names[0] == IgnoreName ? "context:" : "dockerfile:"), read.Values.Sum(static b => b.Length));
        return read;
    }
}
