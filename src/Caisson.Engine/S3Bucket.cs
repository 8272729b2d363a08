using System.Collections.Immutable;

namespace Caisson.Engine;

/// <summary>A bucket of Amazon S3, or of something that speaks like it, with what it takes to use it.</summary>
public sealed record S3Bucket
{
    /// <summary>Its name.</summary>
    public required string Bucket { get; init; }

    /// <summary>Its region.</summary>
    public required string Region { get; init; }

    /// <summary>What stands before all keys.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>What stands before the keys of blobs, behind <see cref="Prefix"/>.</summary>
    public string BlobsPrefix { get; init; } = "blobs/";

    /// <summary>What stands before the names of caches, behind <see cref="Prefix"/>.</summary>
    public string ManifestsPrefix { get; init; } = "manifests/";

    /// <summary>The names of the cache: all are written, the first is read.</summary>
    public ImmutableArray<string> Names { get; init; } = ["caisson"];

    /// <summary>The service, if it is not that of Amazon.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Whether the bucket stands in the path and not in the host name.</summary>
    public bool UsesPathStyle { get; init; }

    /// <summary>Who asks; null to ask without a signature.</summary>
    public S3Credential? Credential { get; init; }

    /// <summary>How old a blob may be before it is written anew in its place, so that rules by age do not remove it.</summary>
    public TimeSpan TouchRefresh { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How many blobs are sent at once.</summary>
    public int UploadParallelism { get; init; } = 4;
}
