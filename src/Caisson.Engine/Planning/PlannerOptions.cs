using System.Collections.Immutable;
using Caisson.Engine.Graph;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>What a plan depends on besides the Dockerfile.</summary>
internal sealed record PlannerOptions
{
    /// <summary>The platform that is built for.</summary>
    public required Platform Target { get; init; }

    /// <summary>Whether programs can be run here.</summary>
    public required ProgramCheck Programs { get; init; }

    /// <summary>The node of the build context.</summary>
    public required Operation Context { get; init; }

    /// <summary>The directory of the build context that steps see in its place; null for all of it.</summary>
    public string? ContextDirectory { get; init; }

    /// <summary>The named contexts.</summary>
    public required IReadOnlyDictionary<string, NamedContext> NamedContexts { get; init; }

    /// <summary>The time that history and configuration carry.</summary>
    public required FileTime Time { get; init; }

    /// <summary>What every program is given.</summary>
    public StepDefaults Steps { get; init; } = new();

    /// <summary>Labels of the image, which go before those of the Dockerfile.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Takes the nodes. Plans for several platforms share one, so that what is the same for all of them is done once.</summary>
    public GraphBuilder Graph { get; init; } = new();

    /// <summary>Whether names of steps and stages tell the platform.</summary>
    public bool TellsPlatforms { get; init; }

    /// <summary>Names of stages whose steps are done anew.</summary>
    public ImmutableArray<string> FreshStages { get; init; } = [];
}
