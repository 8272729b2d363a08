using System.Collections.Immutable;

namespace Caisson.Engine.History;

/// <summary>A build, as it is remembered.</summary>
public sealed record BuildRecord
{
    /// <summary>Its name: letters and digits, in the order of time.</summary>
    public required string Id { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>How long it took; until the last that is known of it when it did not end.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How it ended.</summary>
    public BuildOutcome Outcome { get; init; }

    /// <summary>The build context: the whole path of a directory, or the address that was given.</summary>
    public required string Context { get; init; }

    /// <summary>The Dockerfile: its whole path, or the address that was given.</summary>
    public required string Dockerfile { get; init; }

    /// <summary>The stage that was asked for; null for the last.</summary>
    public string? Target { get; init; }

    /// <summary>The platform that was built for.</summary>
    public string Platform { get; init; } = "";

    /// <summary>The build arguments that were given. Values that secrets had, and credentials in addresses, are not in them.</summary>
    public ImmutableSortedDictionary<string, string> Arguments { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The named contexts that were given.</summary>
    public ImmutableSortedDictionary<string, string> NamedContexts { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Options that decide what is taken from the cache and what layers become, as they are written: <c>--no-cache</c>; a codec with its version and level, <c>compression=zstd-1.5.4.3</c>.</summary>
    public ImmutableArray<string> Options { get; init; } = [];

    /// <summary>The names that the image got.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>The digest of the image's manifest; null when no image came of it.</summary>
    public string? ImageDigest { get; init; }

    /// <summary>The image's id: the digest of its configuration.</summary>
    public string? ImageId { get; init; }

    /// <summary>The steps, in the order in which they began.</summary>
    public ImmutableArray<StepHistory> Steps { get; init; } = [];

    /// <summary>Why it failed; empty when it did not.</summary>
    public ImmutableArray<BuildFinding> Errors { get; init; } = [];

    /// <summary>What it warned of.</summary>
    public ImmutableArray<BuildFinding> Warnings { get; init; } = [];
}
