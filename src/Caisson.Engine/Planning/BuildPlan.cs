using System.Collections.Immutable;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Graph;
using Caisson.Linux.Native;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>What a build has to do, and what its image will say of itself.</summary>
internal sealed record BuildPlan
{
    /// <summary>The platform that it is for.</summary>
    public required Platform Platform { get; init; }

    /// <summary>The time that the image carries.</summary>
    public required FileTime Time { get; init; }

    /// <summary>The node whose file system is the result.</summary>
    public required Node Result { get; init; }

    /// <summary>The configuration of the image, but for its layers.</summary>
    public required ImageConfig Config { get; init; }

    /// <summary>What the stage that is the result begins with; null for nothing.</summary>
    public StageBase? Base { get; init; }

    /// <summary>The images that the graph names.</summary>
    public required IReadOnlyDictionary<Reference, Image> Images { get; init; }

    /// <summary>The images of layouts, by the named context and the platform.</summary>
    public required IReadOnlyDictionary<(string Context, string Platform), Image> Layouts { get; init; }

    /// <summary>What the images say that stages are based on, by the number of the stage.</summary>
    public required ImmutableDictionary<int, BaseImage> Bases { get; init; }

    /// <summary>The steps that are to be done anew, whatever the cache holds.</summary>
    public required IReadOnlySet<Digest> Fresh { get; init; }

    /// <summary>The steps that change files, of all stages that are needed, in the order of the Dockerfile.</summary>
    public required ImmutableArray<PlannedStep> Steps { get; init; }

    /// <summary>What the user should know.</summary>
    public required ImmutableArray<Diagnostic> Warnings { get; init; }

    /// <summary>The names of the build arguments that nothing declares.</summary>
    public ImmutableArray<string> UnusedArguments { get; init; } = [];

    /// <summary>The images that some plans name.</summary>
    public static IReadOnlyDictionary<Reference, Image> ImagesOf(ImmutableArray<BuildPlan> plans)
    {
        if (plans.Length == 1)
            return plans[0].Images;
        Dictionary<Reference, Image> images = [];
        foreach (BuildPlan plan in plans)
        {
            foreach ((Reference name, Image image) in plan.Images)
                images[name] = image;
        }
        return images;
    }

    /// <summary>The steps whose layers are in the results of some plans.</summary>
    public static IEnumerable<Node> ResultsOf(ImmutableArray<BuildPlan> plans)
    {
        foreach (BuildPlan plan in plans)
        {
            for (Node? node = plan.Result; node is not null; node = node.Inputs.FirstOrDefault())
                yield return node;
        }
    }

    /// <summary>The steps of some plans that are to be done anew.</summary>
    public static IReadOnlySet<Digest> FreshOf(ImmutableArray<BuildPlan> plans)
    {
        if (plans.Length == 1)
            return plans[0].Fresh;
        HashSet<Digest> fresh = [];
        foreach (BuildPlan plan in plans)
            fresh.UnionWith(plan.Fresh);
        return fresh;
    }
}
