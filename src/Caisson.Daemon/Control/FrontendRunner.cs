using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Caisson.Daemon.Llb;
using Caisson.Daemon.Proto.Gateway;
using Caisson.Daemon.Proto.Policy;
using Caisson.Daemon.Sessions;
using Caisson.Engine;
using Caisson.Engine.Spelling;
using Caisson.Evidence.Provenance;
using Caisson.Linux.Files;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Model;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Exporter = Caisson.Daemon.Proto.Control.Exporter;
using Diagnostic = Caisson.Dockerfile.Source.Diagnostic;
using Definition = Caisson.Daemon.Proto.Llb.Definition;
using SourceOp = Caisson.Daemon.Proto.Llb.SourceOp;
using Platforms = System.Collections.Immutable.ImmutableArray<Caisson.Oci.Model.Platform>;

namespace Caisson.Daemon.Control;

/// <summary>Does what clients ask the Dockerfile frontend for, with the engine.</summary>
internal sealed class FrontendRunner(BuildEngine engine, SessionRegistry sessions, SessionFiles files, DaemonFacts facts)
{
    // Each keeps the build that it belongs to, as the history does.
    private const int MaxResults = 100;

    private readonly ConcurrentDictionary<string, FrontendResult> _results = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _resultOrder = new();

    // The build context of what has none.
    private readonly Lazy<string> _empty = new(files.NewDirectory);

    /// <summary>What the part of a build in the client is given for a request of its.</summary>
    /// <exception cref="BuildException">The Dockerfile is wrong.</exception>
    public async Task<Result> SolveAsync(BuildJob job, SolveRequest request, CancellationToken ct)
    {
        if (request.Frontend.Length == 0)
            return SolveDefinition(job, request.Definition, [.. request.SourcePolicies]);
        RequireDockerfile(request.Frontend, request.FrontendOpt);
        FrontendRequest asked = new(job.Request.Session, new FrontendAttributes(request.FrontendOpt))
        {
            Body = job.Body,
            Inputs = request.FrontendInputs.ToImmutableDictionary(StringComparer.Ordinal),
            Policies = [.. request.SourcePolicies],
            CacheImports = [.. request.CacheImports.Select(static i => KeyValuePair.Create(i.Type, i.Attrs.ToImmutableDictionary(StringComparer.Ordinal)))],
        };
        if (asked.Attributes.RequestId is { } name)
            return await Subrequests.AnswerAsync(name, () => CheckAsync(job, asked, ct)).ConfigureAwait(false);
        FrontendResult result = Add(job, asked);
        if (request.Evaluate)
            await result.EvaluateAsync(job.Stopped).ConfigureAwait(false);
        return Describe(result);
    }

    /// <summary>Begins a build of a client, all results of which stay until the returned value is disposed of.</summary>
    public IDisposable BeginUse() => engine.BeginUse();

    /// <summary>A result that a build was given.</summary>
    /// <param name="job">The build.</param>
    /// <param name="reference">Its name, with the platform behind it when there are several.</param>
    /// <exception cref="RpcException">There is none.</exception>
    public static FrontendResult Find(BuildJob job, string reference) => job.Results.TryGetValue(IdOf(reference), out FrontendResult? result)
        ? result
        : throw new RpcException(new Status(StatusCode.NotFound, $"no such result {reference}"));

    /// <summary>Does a build and brings its result where the client asks for it.</summary>
    /// <exception cref="BuildException">It failed.</exception>
    /// <exception cref="UsageException">What is asked for is not understood.</exception>
    public async Task<SolvedBuild> BuildAsync(BuildJob job, FrontendRequest asked, CancellationToken ct)
    {
        ClientSession? session = await FindSessionAsync(asked.Session, ct).ConfigureAwait(false);
        using ClientExports exports = ClientExports.Open(ExportersOf(job.Request), session, files.NewDirectory);
        foreach (string unknown in exports.Unknown)
            new StatusRecorder(job.Status).Warn($"{unknown} is not known, and means nothing here");
        using ClientCaches caches = await ClientCaches.OpenAsync(job.Request.Cache, asked, session, files, ct).ConfigureAwait(false);
        ProvenanceAttester? attester = null;
        SolvedBuild solved = await RunAsync(job, asked, new StatusRecorder(job.Status) { Asked = (job.Reference, exports.Exports) }, request =>
        {
            request = caches.Apply(request);
            attester = exports.Exports.Any(static e => e.HoldsAttestations) ? AttesterOf(request, asked.Attributes) : null;
            return request with { Exports = exports.Exports, Attester = attester };
        }, ct).ConfigureAwait(false);
        await exports.SendAsync(solved.Result, ct).ConfigureAwait(false);
        return solved with { Stored = [.. exports.Exports.OfType<Engine.Exporting.Export.Store>()], Response = [.. exports.Describe(solved.Result), .. await caches.SendAsync(ct).ConfigureAwait(false)], Predicate = attester?.First is { } statement ? PredicateOf(statement) : null };
    }

    private static RepeatedField<Exporter> ExportersOf(Proto.Control.SolveRequest request) => request.Exporters.Count > 0 || request.ExporterDeprecated.Length == 0
        ? request.Exporters
        : [new Exporter { Type = request.ExporterDeprecated, Attrs = { request.ExporterAttrsDeprecated } }];

    /// <summary>Does a build for the store alone.</summary>
    /// <exception cref="BuildException">It failed.</exception>
    /// <exception cref="UsageException">What is asked for is not understood.</exception>
    public async Task<BuildResult> EvaluateAsync(BuildJob job, FrontendRequest asked, CancellationToken ct) =>
        (await RunAsync(job, asked, new StatusRecorder(job.Status), static request => request with { Exports = [new Engine.Exporting.Export.Store([])] }, ct).ConfigureAwait(false)).Result;

    /// <summary>The files of a result that a build was given. They are there until the build ends.</summary>
    /// <param name="job">The build.</param>
    /// <param name="reference">The name of the result, with the platform behind it when there are several.</param>
    /// <exception cref="BuildException">It could not be built.</exception>
    /// <exception cref="RpcException">There is none, or the build has ended.</exception>
    public async Task<IFileTree> OpenFilesAsync(BuildJob job, string reference)
    {
        FrontendResult result = Find(job, reference);
        Platforms platforms = result.Request.Attributes.Platforms;
        Platform? platform = platforms.FirstOrDefault(p => reference == $"{result.Id}/{p}") ?? platforms.FirstOrDefault();
        OpenedImage opened = await job.OpenFilesAsync($"{result.Id}/{platform}", async () =>
        {
            BuildResult built = await result.EvaluateAsync(job.Stopped).ConfigureAwait(false);
            return await engine.Images.OpenFilesAsync(built.Descriptor!, platform, job.Stopped).ConfigureAwait(false); // it was built for the store
        }).ConfigureAwait(false);
        return opened.Tree;
    }

    /// <summary>What a source stands for now.</summary>
    /// <exception cref="BuildException">It cannot be had.</exception>
    /// <exception cref="UsageException">It is of a kind that is not known.</exception>
    public async Task<ResolveSourceMetaResponse> ResolveAsync(BuildJob job, ResolveSourceMetaRequest request, CancellationToken ct)
    {
        SourceProbe probe = new(request.Source, LlbPlanner.PlatformOf(request.Platform));
        FrontendRequest asked = new(job.Request.Session, FrontendAttributes.None) { Policies = [.. request.SourcePolicies] };
        BuildRequest build = await BeginAsync(job, asked, ct).ConfigureAwait(false) with { Context = BuildContext.FromDirectory(_empty.Value), Graph = probe, Pull = request.ResolveMode == "pull" ? PullPolicy.Always : PullPolicy.Missing };
        await RunAsync(build, new StatusRecorder(job.Status), ct).ConfigureAwait(false);
        ResolveSourceMetaResponse response = new() { Source = new SourceOp(request.Source) { Identifier = probe.Converted ?? request.Source.Identifier } };
        switch (probe.Pinned)
        {
            case Engine.Graph.Operation.Image image:
                response.Image = new ResolveSourceImageResponse { Digest = image.Reference.Digest!.Value }; // it is pinned
                if (request.Image?.NoConfig != true && probe.Config is { } config)
                    response.Image.Config = ByteString.CopyFrom(OciJson.Write(config));
                break;
            case Engine.Graph.Operation.Git git:
                response.Git = new ResolveSourceGitResponse { Checksum = git.Tag ?? git.Commit, CommitChecksum = git.Commit, Ref = git.Reference ?? "" };
                break;
            case Engine.Graph.Operation.Http http:
                response.HTTP = new ResolveSourceHTTPResponse { Checksum = http.Content.Value, Filename = http.FileName, LastModified = http.ModifiedSeconds is { } seconds ? new Timestamp { Seconds = seconds } : null };
                break;
        }
        return response;
    }

    private async Task<SolvedBuild> RunAsync(BuildJob job, FrontendRequest asked, StatusRecorder recorder, Func<BuildRequest, BuildRequest> complete, CancellationToken ct)
    {
        asked.Attributes.Refuse();
        if (!asked.Graphs.IsEmpty)
            return await RunGraphsAsync(job, asked, recorder, complete, ct).ConfigureAwait(false);
        using ClientInputs inputs = await OpenInputsAsync(job, asked, recorder, ct).ConfigureAwait(false);
        return await RunAsync(complete(await RequestOfAsync(job, asked, inputs, ct).ConfigureAwait(false)), recorder, ct).ConfigureAwait(false);
    }

    private async Task<SolvedBuild> RunGraphsAsync(BuildJob job, FrontendRequest asked, StatusRecorder recorder, Func<BuildRequest, BuildRequest> complete, CancellationToken ct)
    {
        ImmutableArray<LlbDefinition> definitions = [.. asked.Graphs.Select(static g => g.Definition is null ? LlbDefinition.Empty : LlbDefinition.Read(g.Definition))];
        NestedBuilds nested = new(this, engine.Images, job, asked);
        using LlbInputs inputs = await LlbInputs.OpenAsync(definitions.SelectMany(static d => d.Sources), id => sessions.GetAsync(id ?? asked.Session, ct), files, recorder).ConfigureAwait(false);
        BuildRequest request = await BeginAsync(job, asked, ct).ConfigureAwait(false) with { Context = BuildContext.FromDirectory(_empty.Value), Graph = new PlatformGraphs([.. asked.Graphs.Zip(definitions, (g, d) => (g.Platform, new LlbPlanner(d, nested) { Config = g.Config }))]) };
        return await RunAsync(complete(inputs.Apply(request)), recorder, ct).ConfigureAwait(false);
    }

    private async Task<SolvedBuild> RunAsync(BuildRequest request, StatusRecorder recorder, CancellationToken ct)
    {
        try
        {
            Build build = engine.Start(request, ct);
            await using (build.ConfigureAwait(false))
            {
                await recorder.FollowAsync(build).ConfigureAwait(false);
                return new SolvedBuild(await build.Completion.ConfigureAwait(false));
            }
        }
        catch (BuildException e)
        {
            // Warnings that fail a build are told with its failure alone.
            foreach (Diagnostic warning in e.Diagnostics.Where(static d => !d.IsError))
                recorder.Warn(warning);
            throw;
        }
        finally
        {
            await EndAgentsAsync(request).ConfigureAwait(false);
        }
    }

    private async Task<BuildRequest> RequestOfAsync(BuildJob job, FrontendRequest asked, ClientInputs inputs, CancellationToken ct) =>
        await inputs.ApplyAsync(await BeginAsync(job, asked, ct).ConfigureAwait(false), ct).ConfigureAwait(false);

    private async Task<BuildRequest> BeginAsync(BuildJob job, FrontendRequest asked, CancellationToken ct)
    {
        if (job.Request.SourcePolicySession.Length > 0)
            throw new UsageException("the client wants to be asked about every source (a policy session, as for policies in Rego), which is not done here: give rules, as EXPERIMENTAL_BUILDKIT_SOURCE_POLICY does");
        ClientSession? session = await FindSessionAsync(asked.Session, ct).ConfigureAwait(false);
        BuildRequest request = asked.Attributes.Apply(new BuildRequest { Context = BuildContext.FromLocation(".") });
        return request with
        {
            DeviceDirectories = facts.Builds.DeviceDirectories ?? request.DeviceDirectories,
            Entitlements = facts.Grant(job.Request.Entitlements),
            GivenPolicies = ClientPolicies.Read([job.Request.SourcePolicy, .. asked.Policies]),
            SecretProvider = session is null ? null : new ClientSecrets(session),
            SshAgentProvider = session is null ? null : new ClientAgents(session, files.NewDirectory),
            Credentials = session is null ? null : new SessionCredentials(session, facts.Time),
        };
    }

    private async Task<CheckResult> CheckAsync(BuildJob job, FrontendRequest asked, CancellationToken ct)
    {
        StatusRecorder recorder = new(job.Status);
        using ClientInputs inputs = await OpenInputsAsync(job, asked, recorder, ct).ConfigureAwait(false);
        BuildRequest request = await RequestOfAsync(job, asked, inputs, ct).ConfigureAwait(false);
        try
        {
            return await engine.CheckAsync(request, ct).ConfigureAwait(false);
        }
        finally
        {
            await EndAgentsAsync(request).ConfigureAwait(false);
        }
    }

    private static async Task EndAgentsAsync(BuildRequest request)
    {
        if (request.SshAgentProvider is IAsyncDisposable agents)
            await agents.DisposeAsync().ConfigureAwait(false);
    }

    private Task<ClientInputs> OpenInputsAsync(BuildJob job, FrontendRequest asked, StatusRecorder recorder, CancellationToken ct)
    {
        InputPlaces places = new(id => sessions.GetAsync(id ?? asked.Session, ct), name => LocationOfAsync(job, asked, name, ct), graph => FilesOfAsync(job, asked, graph, ct));
        return ClientInputs.OpenAsync(asked, places, files, recorder, ct);
    }

    private async Task<ClientSession?> FindSessionAsync(string id, CancellationToken ct) => id.Length == 0 ? null : await sessions.GetAsync(id, ct).ConfigureAwait(false);

    // What is somewhere else is taken from there; what has to be built is an image that is kept without a name.
    private async Task<string> LocationOfAsync(BuildJob job, FrontendRequest asked, string name, CancellationToken ct)
    {
        if (!asked.Inputs.TryGetValue(name, out Definition? given))
            throw new UsageException($"the input \"{name}\" was not sent with the build");
        LlbDefinition definition = LlbDefinition.Read(given);
        if (definition.OnlySource is { } source)
        {
            if (source.Identifier.StartsWith(LlbSources.ResultScheme, StringComparison.Ordinal))
                return Layout(await LayoutOfAsync(source.Identifier[LlbSources.ResultScheme.Length..], ct).ConfigureAwait(false));
            if (!source.Identifier.StartsWith(LlbSources.LocalScheme, StringComparison.Ordinal) && LlbSources.IsPlain(source))
                return ClientLocations.Named(name, LlbSources.GitLocationOf(source) ?? source.Identifier);
        }
        FrontendResult result = Add(job, GraphOf(asked, given));
        return Layout(await LayoutOfAsync(result.Id, ct).ConfigureAwait(false));

        static string Layout(string location) => "oci-layout://" + location;
    }

    private async Task<string> FilesOfAsync(BuildJob job, FrontendRequest asked, Definition given, CancellationToken ct)
    {
        string directory = files.NewDirectory();
        try
        {
            await RunAsync(job, GraphOf(asked, given), new StatusRecorder(job.Status), request => request with { Exports = [new Engine.Exporting.Export.LocalDirectory(directory)] }, ct).ConfigureAwait(false);
            return directory;
        }
        catch
        {
            DirectoryRemoval.Remove(directory);
            throw;
        }
    }

    /// <summary>What is asked for as a part of something else, and held to the same rules.</summary>
    public static FrontendRequest GraphOf(FrontendRequest asked, Definition given) => new(asked.Session, FrontendAttributes.None) { Graphs = [new ClientGraph(given)], Policies = asked.Policies };

    /// <summary>The location of a result that some build was given, as an image of a layout.</summary>
    /// <exception cref="UsageException">There is none of this name any more.</exception>
    /// <exception cref="BuildException">It could not be built.</exception>
    public async Task<string> LayoutOfAsync(string reference, CancellationToken ct)
    {
        if (!_results.TryGetValue(IdOf(reference), out FrontendResult? result))
            throw new UsageException($"the result {reference} is no longer known: build both together");
        return LayoutOf(await result.EvaluateAsync(ct).ConfigureAwait(false));
    }

    /// <summary>The location of what was built for the store.</summary>
    public string LayoutOf(BuildResult built) => $"{engine.Images.LayoutPath}@{built.Descriptor!.Digest}";

    private FrontendResult Add(BuildJob job, FrontendRequest asked)
    {
        FrontendResult result = new(asked, (request, ct) => EvaluateAsync(job, request, ct));
        job.Results[result.Id] = result;
        _results[result.Id] = result;
        _resultOrder.Enqueue(result.Id);
        while (_resultOrder.Count > MaxResults && _resultOrder.TryDequeue(out string? oldest))
            _results.TryRemove(oldest, out _);
        return result;
    }

    private Result SolveDefinition(BuildJob job, Definition? given, ImmutableArray<Policy> policies)
    {
        if (given is null)
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"the build {job.Reference} asks for nothing"));
        // The empty file system of a client: it has no graph, and no result that could be named.
        if (given.Def.Count == 0)
            return new Result();
        // Clients send back what they were given.
        if (LlbDefinition.Read(given).OnlySource?.Identifier is { } identifier && identifier.StartsWith(LlbSources.ResultScheme, StringComparison.Ordinal)
            && job.Results.TryGetValue(IdOf(identifier[LlbSources.ResultScheme.Length..]), out FrontendResult? known))
        {
            return Describe(known);
        }
        return Describe(Add(job, new FrontendRequest(job.Request.Session, FrontendAttributes.None) { Graphs = [new ClientGraph(given)], Policies = policies }));
    }

    private static Result Describe(FrontendResult result)
    {
        Platforms platforms = result.Request.Attributes.Platforms;
        if (!result.Request.Attributes.IsMultiPlatform)
            return new Result { Ref = result.ToReference(platform: null) };
        RefMap map = new();
        foreach (Platform platform in platforms.IsEmpty ? [BuildEngine.MachinePlatform] : platforms)
            map.Refs[platform.ToString()] = result.ToReference(platform.ToString());
        return new Result { Refs = map };
    }

    private ProvenanceAttester? AttesterOf(BuildRequest request, FrontendAttributes attributes)
    {
        if (attributes.Provenance is not { } text)
            return null;
        OptionList list = text.Length == 0 ? OptionList.Empty("--provenance") : OptionList.Parse(text, "--provenance");
        list.Take("type"); // what an attestation is of, which its name says already
        return list.TakeFlag("disabled") ? null : new ProvenanceAttester(new ProvenanceFacts(request, ProvenanceValues.Read(list, $"--provenance {text}"), facts.Version), key: null);
    }

    private static void RequireDockerfile(string frontend, MapField<string, string> attributes)
    {
        // What BUILDKIT_SYNTAX and "# syntax=" name is looked at with the Dockerfile.
        if (frontend is not ("dockerfile.v0" or "gateway.v0") || (frontend == "gateway.v0" && !attributes.ContainsKey("source")))
            throw new RpcException(new Status(StatusCode.Unimplemented, $"there is no frontend \"{frontend}\": Caisson has dockerfile.v0, and runs no other"));
    }

    private static (string Type, byte[] Json) PredicateOf(ReadOnlyMemory<byte> statement)
    {
        using JsonDocument document = JsonDocument.Parse(statement);
        return (document.RootElement.GetProperty("predicateType").GetString() ?? "", Encoding.UTF8.GetBytes(document.RootElement.GetProperty("predicate").GetRawText()));
    }

    private static string IdOf(string reference) => reference.Split('/', 2)[0];
}
