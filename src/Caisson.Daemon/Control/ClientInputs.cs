using System.Collections.Immutable;
using Caisson.Daemon.Sessions;
using Caisson.Engine;
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
    private readonly Stream? _body;
    private readonly Func<string?, Task<ClientSession>> _sessionOf;
    private readonly SessionFiles _files;
    private readonly StatusRecorder _recorder;
    private readonly Dictionary<string, (string Local, ClientDirectory Directory)> _directories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClientDirectory> _layouts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GivenFile> _ignores = new(StringComparer.Ordinal);

    private ClientInputs(FrontendRequest asked, Func<string?, Task<ClientSession>> sessionOf, SessionFiles files, StatusRecorder recorder)
    {
        _attributes = asked.Attributes;
        _body = asked.Body;
        _sessionOf = sessionOf;
        _files = files;
        _recorder = recorder;
    }

    /// <summary>Takes what the plan of a build needs, and makes places for the rest.</summary>
    /// <param name="asked">The build.</param>
    /// <param name="sessionOf">The session of an id; of null, that of the build.</param>
    /// <param name="files">Brings files.</param>
    /// <param name="recorder">Is told of it.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">There is no Dockerfile.</exception>
    public static async Task<ClientInputs> OpenAsync(FrontendRequest asked, Func<string?, Task<ClientSession>> sessionOf, SessionFiles files, StatusRecorder recorder, CancellationToken ct)
    {
        ClientInputs inputs = new(asked, sessionOf, files, recorder);
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
    /// <param name="request">The request.</param>
    /// <param name="resultOf">What stands for a result of another build, by the name that <c>input:</c> has for it.</param>
    public async Task<BuildRequest> ApplyAsync(BuildRequest request, Func<string, Task<string>> resultOf, CancellationToken ct)
    {
        ImmutableDictionary<string, string>.Builder named = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in _attributes.NamedContexts)
        {
            named[name] = value.StartsWith(LocalPrefix, StringComparison.Ordinal) ? _directories[name].Directory.Path
                : value.StartsWith(ClientLayouts.Prefix, StringComparison.Ordinal) ? await CopyLayoutAsync(name, value, ct).ConfigureAwait(false)
                : value.StartsWith("input:", StringComparison.Ordinal) ? await resultOf(value["input:".Length..]).ConfigureAwait(false)
                : ClientLocations.Named(name, value);
        }
        request = request with { NamedContexts = named.ToImmutable(), Dockerfile = Dockerfile, ContextFiles = this };
        if (_attributes.RemoteContext is not { } remote)
            return request with { Context = BuildContext.FromDirectory(_directories[MainContext].Directory.Path) };
        if (Dockerfile is null && _attributes.FileName != "Dockerfile")
            request = request with { DockerfilePath = ClientLocations.Dockerfile(_attributes.FileName) };
        if (remote == BodyLocation && _body is not null)
            return request with { Context = BuildContext.FromLocation(BuildContext.StandardInput), StandardInput = _body };
        if (!remote.StartsWith(UploadPrefix, StringComparison.Ordinal))
            return request with { Context = BuildContext.FromLocation(ClientLocations.Remote("the build context", remote)) };
        ClientSession session = await _sessionOf(null).ConfigureAwait(false);
        return request with { Context = BuildContext.FromLocation(BuildContext.StandardInput), StandardInput = SessionUpload.Open(session, new Uri(remote), ct) };
    }

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
            ClientSession session = await _sessionOf(_attributes.SessionOf(local)).ConfigureAwait(false);
            await SessionFiles.ReceiveAsync(directory, session, new FileRequest(local) { ExcludePatterns = excludes, FollowPaths = paths }, bytes => _recorder.Progress(vertex, "transferring context:", bytes), written, ct).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, ClientDirectory directory) in _directories.Values)
            directory.Dispose();
        foreach (ClientDirectory layout in _layouts.Values)
            layout.Dispose();
    }

    // The plan asks more than once.
    private async Task<string> CopyLayoutAsync(string name, string value, CancellationToken ct)
    {
        if (_layouts.TryGetValue(value, out ClientDirectory? known))
            return ClientLayouts.At(known, value);
        return await _recorder.ReportAsync($"[context {name}] OCI load from client", async _ =>
        {
            ClientSession session = await _sessionOf(null).ConfigureAwait(false);
            ClientDirectory directory = await ClientLayouts.CopyAsync(session, value, _attributes.Platforms, _files, ct).ConfigureAwait(false);
            _layouts.Add(value, directory);
            return ClientLayouts.At(directory, value);
        }).ConfigureAwait(false);
    }

    private async Task OpenAsync(CancellationToken ct)
    {
        bool isRemote = _attributes.RemoteContext is not null;
        if (!isRemote || _attributes.LocalDockerfile is not null)
            await ReadDockerfileAsync(_attributes.LocalDockerfile ?? DockerfileDirectory, ct).ConfigureAwait(false);
        if (!isRemote)
            await AddAsync(MainContext, MainContext, ct).ConfigureAwait(false);
        foreach ((string name, string value) in _attributes.NamedContexts)
        {
            if (value.StartsWith(LocalPrefix, StringComparison.Ordinal))
                await AddAsync(name, value[LocalPrefix.Length..], ct).ConfigureAwait(false);
        }
    }

    private async Task ReadDockerfileAsync(string local, CancellationToken ct)
    {
        string file = _attributes.FileName;
        string own = file + IgnoreName;
        string small = Path.GetFileName(file) == "Dockerfile" ? Path.Combine(Path.GetDirectoryName(file) ?? "", "dockerfile") : file;
        IReadOnlyDictionary<string, byte[]> read = await _recorder.ReportAsync($"[internal] load build definition from {file}", async vertex =>
            await ReadFilesAsync(local, [file, own, .. small == file ? [] : (string[])[small]], vertex, ct).ConfigureAwait(false)).ConfigureAwait(false);
        if (!read.TryGetValue(file, out byte[]? text) && !read.TryGetValue(small, out text))
            throw new BuildException(EngineCodes.DockerfileUnreadable, $"failed to read dockerfile: open {file}: no such file or directory");
        Dockerfile = new GivenFile(file, text);
        if (read.TryGetValue(own, out byte[]? ignore))
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
        ClientSession session = await _sessionOf(_attributes.SessionOf(local)).ConfigureAwait(false);
        _directories.Add(context, (local, _files.Open(session, new FileRequest(local) { SharedKeyHint = _attributes.SharedKeyOf(context) ?? "" })));
    }

    // A few files of a directory of the client, for the daemon itself: they are read, and not kept.
    private async Task<IReadOnlyDictionary<string, byte[]>> ReadFilesAsync(string local, string[] names, string vertex, CancellationToken ct)
    {
        ClientSession session = await _sessionOf(_attributes.SessionOf(local)).ConfigureAwait(false);
        IReadOnlyDictionary<string, byte[]> read = await _files.ReadAsync(session, new FileRequest(local) { FollowPaths = [.. names] }, MaxFileBytes, ct).ConfigureAwait(false);
        _recorder.Progress(vertex, "transferring " + (names[0] == IgnoreName ? "context:" : "dockerfile:"), read.Values.Sum(static b => b.Length));
        return read;
    }
}
