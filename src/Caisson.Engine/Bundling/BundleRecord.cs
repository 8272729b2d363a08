using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Caisson.Engine.Bundling;

/// <summary>What a bundle says of the build that it holds: the configuration of the artifact. Parts of the bundle are named by their digests.</summary>
public sealed record BundleRecord
{
    /// <summary>The version of this form.</summary>
    [JsonPropertyName("version")]
    public int Version { get; init; } = 1;

    /// <summary>The version of the engine that built.</summary>
    [JsonPropertyName("engine")]
    public required string Engine { get; init; }

    /// <summary>The platform of the machine that built.</summary>
    [JsonPropertyName("machine")]
    public required string Machine { get; init; }

    /// <summary>The Dockerfile.</summary>
    [JsonPropertyName("dockerfile")]
    public required BundleText Dockerfile { get; init; }

    /// <summary>The stage that was built; null for the last.</summary>
    [JsonPropertyName("target")]
    public string? Target { get; init; }

    /// <summary>The build arguments.</summary>
    [JsonPropertyName("arguments")]
    public required ImmutableSortedDictionary<string, string> Arguments { get; init; }

    /// <summary>Labels that were given.</summary>
    [JsonPropertyName("labels")]
    public required ImmutableSortedDictionary<string, string> Labels { get; init; }

    /// <summary>The platforms that were built for.</summary>
    [JsonPropertyName("platforms")]
    public required ImmutableArray<string> Platforms { get; init; }

    /// <summary>Whether the result is told apart by platform.</summary>
    [JsonPropertyName("index")]
    public bool HasIndex { get; init; }

    /// <summary>Whether files keep their times.</summary>
    [JsonPropertyName("keepsTimes")]
    public bool KeepsTimes { get; init; }

    /// <summary>The time of the image, in seconds since 1970.</summary>
    [JsonPropertyName("time")]
    public long TimeSeconds { get; init; }

    /// <summary>Whether steps that do not say had no network.</summary>
    [JsonPropertyName("withoutNetwork")]
    public bool IsWithoutNetwork { get; init; }

    /// <summary>Names that steps found in <c>/etc/hosts</c>, <c>NAME ADDRESS</c>.</summary>
    [JsonPropertyName("hosts")]
    public required ImmutableArray<string> Hosts { get; init; }

    /// <summary>The size of steps' <c>/dev/shm</c>; null for the usual one.</summary>
    [JsonPropertyName("sharedMemory")]
    public long? SharedMemoryBytes { get; init; }

    /// <summary>Limits of steps' resources, <c>NAME SOFT HARD</c>.</summary>
    [JsonPropertyName("limits")]
    public required ImmutableArray<string> Limits { get; init; }

    /// <summary>The ids of secrets that were given: they are not here.</summary>
    [JsonPropertyName("secrets")]
    public required ImmutableArray<string> Secrets { get; init; }

    /// <summary>The location of a build context that is a repository or a file of the web; null for one whose files are here.</summary>
    [JsonPropertyName("location")]
    public string? Location { get; init; }

    /// <summary>The named contexts, as they were given.</summary>
    [JsonPropertyName("namedContexts")]
    public required ImmutableSortedDictionary<string, string> NamedContexts { get; init; }

    /// <summary>The contexts whose files are here.</summary>
    [JsonPropertyName("contexts")]
    public required ImmutableArray<BundleContext> Contexts { get; init; }

    /// <summary>The lock file.</summary>
    [JsonPropertyName("lock")]
    public required string Lock { get; init; }

    /// <summary>The policies.</summary>
    [JsonPropertyName("policies")]
    public required ImmutableArray<BundleText> Policies { get; init; }

    /// <summary>The images that the build is based on.</summary>
    [JsonPropertyName("images")]
    public required ImmutableArray<BundleImage> Images { get; init; }

    /// <summary>What was fetched of the web and of repositories.</summary>
    [JsonPropertyName("fetched")]
    public required ImmutableArray<BundleFetched> Fetched { get; init; }

    /// <summary>What steps asked the network for.</summary>
    [JsonPropertyName("steps")]
    public required ImmutableArray<BundleStep> Steps { get; init; }

    /// <summary>Answers that are kept compressed: the digest of the content to that of the part.</summary>
    [JsonPropertyName("compressed")]
    public required ImmutableSortedDictionary<string, string> Compressed { get; init; }

    /// <summary>What the build came to.</summary>
    [JsonPropertyName("result")]
    public required BundleResult Result { get; init; }
}
