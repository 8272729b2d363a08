using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Parsing;
using Caisson.Engine.Planning;
using Caisson.Engine.Secrets;
using Caisson.Engine.Sources;
using Caisson.Engine.Sources.Contexts;
using Caisson.Engine.Sources.Signatures;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;

namespace Caisson.Engine;

/// <summary>Says what a build would say about its Dockerfile, without building. Changes nothing, needs no root and no store, and asks a registry only when told to.</summary>
public sealed class DockerfileCheck
{
    private readonly BuildRequest _request;
    private readonly BuildEngineOptions _options;
    private readonly ImageLookup _images;

    private DockerfileCheck(BuildRequest request, BuildEngineOptions options, ImageLookup images)
    {
        _request = request;
        _options = options;
        _images = images;
    }

    /// <summary>Checks the Dockerfile of a build: 1. text to stages, 2. what is known of base images, 3. the checks.</summary>
    /// <param name="request">The build. With <see cref="PullPolicy.Always"/> registries are asked for base images.</param>
    /// <param name="options">Where the store is, which need not exist, and how registries are spoken to.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="BuildException">There is no Dockerfile, or what goes with it cannot be read. What is wrong in it is in the result.</exception>
    public static Task<CheckResult> RunAsync(BuildRequest request, BuildEngineOptions options, CancellationToken ct = default) => RunAsync(request, options, async check =>
    {
        // A store is needed only for what comes from elsewhere.
        if (BuildContexts.AreLocal(request))
            return await check.RunAsync(sources: null, ct).ConfigureAwait(false);
        EngineParts parts = await EngineParts.OpenAsync(options, ct).ConfigureAwait(false);
        await using (parts.ConfigureAwait(false))
            return await check.RunAsync(parts, ct).ConfigureAwait(false);
    }, ct);

    /// <summary>The same with the store of an engine, and what it speaks to registries with.</summary>
    internal static Task<CheckResult> RunAsync(BuildRequest request, EngineParts parts, CancellationToken ct) => RunAsync(request, parts.Options, check => check.RunAsync(parts, ct), ct);

    private static async Task<CheckResult> RunAsync(BuildRequest request, BuildEngineOptions options, Func<DockerfileCheck, Task<CheckResult>> run, CancellationToken ct)
    {
        try
        {
            return await run(new DockerfileCheck(request, options, await ImageLookup.OpenAsync(options.StatePath, ct).ConfigureAwait(false))).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException && e is not BuildException && Failures.Explain(e) is { } explained)
        {
            throw explained;
        }
    }

    private async Task<CheckResult> RunAsync(EngineParts parts, CancellationToken ct)
    {
        SshAgents agents = SshAgents.Open(_request.SshAgents, parts.Sandbox, parts.Work, _request.SshAgentProvider);
        await using (agents.ConfigureAwait(false))
        {
            RemoteFiles remote = new(parts.Fetch, SecretStore.Open(_request.Secrets, _request.SecretProvider), agents, RequiredSigners.Open(_request.GitSigners, _options, parts.Work), BuildGuard.Open(_request).Sources);
            return await RunAsync(new ContextSources(remote, parts.Layers, parts.Work), ct).ConfigureAwait(false);
        }
    }

    private async Task<CheckResult> RunAsync(ContextSources? sources, CancellationToken ct)
    {
        using BuildContexts contexts = await BuildContexts.OpenAsync(_request, sources, _options.StatePath, given: null, ct).ConfigureAwait(false);
        if (Frontend.Refuse(contexts.Dockerfile, _request) is { } refusal)
            throw new BuildException([refusal]);
        ParsedDockerfile parsed = DockerfileParser.Parse(contexts.Dockerfile);
        Platform build = MachinePlatform.Current;
        Platform target = TargetPlatforms.Of(_request)[0];
        IReadOnlySet<string> local = await _images.ReadRepositoriesAsync(ct).ConfigureAwait(false);
        BoundDockerfile bound = Binder.Bind(parsed.Document, BindingOf(contexts, build, target, local));

        IReadOnlyDictionary<string, NamedContext> named = contexts.ReadNamed();
        using RegistryClient registry = new(_options.Registry);
        BaseSearch bases = new(_images, local, _request.Pull == PullPolicy.Always ? registry : null);
        await bases.FindAsync(bound, named, target, ct).ConfigureAwait(false);
        CheckInput input = new() { Bases = bases.Found, Ignore = contexts.Ignore, NeededOnly = _request.Target is not null };
        CheckReport report = Linter.Default.Run(bound, input);
        return new CheckResult(parsed, bound, report)
        {
            Missing = [.. bases.Missing, .. _request.ContextFiles is null ? new MissingFiles(contexts.Trees).Find(bound, report) : []],
            UnknownBases = [.. report.Unknown.Select(s => new UnknownBase(s.Stage.BaseName, s.Stage.From.Image.Span, bases.ReasonOf(s.Stage)))],
        };
    }

    private BindingOptions BindingOf(BuildContexts contexts, Platform build, Platform target, IReadOnlySet<string> local) => new()
    {
        Target = _request.Target,
        Arguments = _request.Arguments,
        Platforms = new PlatformArguments(build.ToString(), target.ToString()),
        NamedContexts = contexts.Names,
        ImageExists = local.Contains,
    };
}
