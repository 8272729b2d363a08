using System.Collections.Immutable;

namespace Caisson.Dockerfile.Binding;

/// <summary>What a build adds to its Dockerfile.</summary>
public sealed record BindingOptions
{
    /// <summary>Name or number of the stage to build; the last one when null.</summary>
    public string? Target { get; init; }

    /// <summary>The build arguments given, by name.</summary>
    public ImmutableDictionary<string, string> Arguments { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The platforms of the build.</summary>
    public PlatformArguments Platforms { get; init; } = PlatformArguments.Default;

    /// <summary>Names of the named contexts, which take the place of stages and images; <c>name::platform</c> for one platform.</summary>
    public ImmutableArray<string> NamedContexts { get; init; } = [];

    /// <summary>
    /// Tells whether an image of a bare name, such as <c>bas</c>, is known to exist, so that the name is no misspelled stage.
    /// Null means that nothing is known; official images of Docker Hub need not be told.
    /// </summary>
    public Func<string, bool>? ImageExists { get; init; }
}
