using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Graph;
using Caisson.Engine.Planning;
using Caisson.Engine.Sources;
using Caisson.Engine.Sources.Contexts;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>Plans a build for each of its platforms.</summary>
/// <param name="parts">What builds share.</param>
/// <param name="request">What is built.</param>
/// <param name="events">Takes warnings.</param>
internal sealed class PlatformPlanner(EngineParts parts, BuildRequest request, EventLog events)
{
    // What is the same for several platforms is one node, and one piece of work.
    private readonly GraphBuilder _graph = new();

    /// <summary>The Dockerfile.</summary>
    public required ParsedDockerfile Parsed { get; init; }

    /// <summary>What may be copied from.</summary>
    public required BuildContexts Contexts { get; init; }

    /// <summary>What contexts from elsewhere are fetched with.</summary>
    public required ContextSources Sources { get; init; }

    /// <summary>What the build may use.</summary>
    public required SourceGuard Guard { get; init; }

    /// <summary>What every program is given.</summary>
    public required StepDefaults Steps { get; init; }

    /// <summary>Whether programs can be run here.</summary>
    public required ProgramCheck Programs { get; init; }

    /// <summary>Plans them, in the order of the platforms.</summary>
    /// <exception cref="BuildException">The Dockerfile is wrong, or something that it needs is not to be had.</exception>
    public async Task<ImmutableArray<BuildPlan>> PlanAsync(CancellationToken ct)
    {
        IReadOnlySet<string> local = await parts.Images.ReadRepositoriesAsync(ct).ConfigureAwait(false);
        BuildChecks checks = new(events, Contexts.Ignore);
        ImageTime times = new(Contexts, Sources, Warn);
        ReportingResolver resolver = new(new ImageResolver(parts.Images, parts.Registry, request.Pull, Guard) { FindOther = request.FindImage }, events, TargetPlatforms.AreTold(request));
        ImmutableArray<BuildPlan>.Builder plans = ImmutableArray.CreateBuilder<BuildPlan>();
        foreach (Platform target in TargetPlatforms.Of(request))
        {
            BoundDockerfile bound = Bind(target, local);
            checks.BeforeBases(Parsed, bound); // what could not be read keeps nobody from being told of the rest
            Programs.Refusal?.Check(bound.Needed);
            IReadOnlyDictionary<string, NamedContext> named = Contexts.ReadNamed();
            FileTime time = Contexts.Time ?? await times.FindAsync(bound, named, ct).ConfigureAwait(false);
            bound = ImageTime.With(time, bound);
            Planner planner = new(OptionsOf(target, named, time), resolver, Sources.Remote);
            BuildPlan plan = await planner.PlanAsync(bound, ct).ConfigureAwait(false);
            ImmutableArray<UnusedArgument> unused = checks.AfterBases(bound, plan.Bases);
            checks.Tell(plan.Warnings);
            plans.Add(plan with { UnusedArguments = [.. unused.Select(static a => a.Name)] });
        }
        return plans.DrainToImmutable();
    }

    private BoundDockerfile Bind(Platform target, IReadOnlySet<string> local) => Binder.Bind(Parsed.Document, new BindingOptions
    {
        Target = request.Target,
        Arguments = request.Arguments,
        Platforms = new PlatformArguments(MachinePlatform.Current.ToString(), target.ToString()),
        NamedContexts = Contexts.Names,
        ImageExists = local.Contains,
    });

    private PlannerOptions OptionsOf(Platform target, IReadOnlyDictionary<string, NamedContext> named, FileTime time) => new()
    {
        Target = target,
        Programs = Programs,
        Context = Contexts.Main.Operation,
        ContextDirectory = request.Context.Directory,
        NamedContexts = named,
        Time = time,
        Steps = Steps,
        Labels = request.Labels,
        Graph = _graph,
        TellsPlatforms = TargetPlatforms.AreTold(request),
        FreshStages = request.FreshStages,
    };

    private void Warn(Diagnostic warning) => events.Add(new BuildEvent.Warning(warning) { At = events.Now });
}
