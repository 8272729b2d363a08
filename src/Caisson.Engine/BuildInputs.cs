using System.Collections.Immutable;

namespace Caisson.Engine;

/// <summary>
/// All that a build was made of, complete also when every step came from the cache. In an order that does not depend on how the build went, and without secrets: no credentials of
/// addresses, no values of arguments that are named like secrets.
/// </summary>
public sealed record BuildInputs
{
    /// <summary>Nothing is known.</summary>
    public static BuildInputs None { get; } = new();

    /// <summary>The Dockerfile; null when nothing is known.</summary>
    public DockerfileInput? Dockerfile { get; init; }

    /// <summary>The build arguments that were given, by name; the values of those that are named like secrets are stars.</summary>
    public ImmutableSortedDictionary<string, string> Arguments { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The images, by name and platform.</summary>
    public ImmutableArray<ImageInput> Images { get; init; } = [];

    /// <summary>The build contexts that steps took something from, by name. One that is a repository or a file of the web is among those.</summary>
    public ImmutableArray<ContextInput> Contexts { get; init; } = [];

    /// <summary>The files of the web, by address.</summary>
    public ImmutableArray<HttpInput> Files { get; init; } = [];

    /// <summary>The commits, by remote.</summary>
    public ImmutableArray<GitInput> Repositories { get; init; } = [];

    /// <summary>What steps asked the network for, where that was recorded, in the order of the steps.</summary>
    public ImmutableArray<NetworkExchange> Network { get; init; } = [];

    /// <summary>The graph, what is worked on before what works on it.</summary>
    public ImmutableArray<BuildStep> Steps { get; init; } = [];

    /// <summary>Whether it was shown that nothing but what is listed here can have got in: no program had a network that is not recorded, nor anything else of what <see cref="BuildStep.Unrecorded"/> names.</summary>
    public bool IsHermetic { get; init; }

    /// <summary>Whether it was shown, by doing all of it once more, that the same comes of it.</summary>
    public bool IsReproduced { get; init; }
}
