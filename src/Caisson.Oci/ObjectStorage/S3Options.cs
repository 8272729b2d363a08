namespace Caisson.Oci.ObjectStorage;

/// <summary>A bucket, and how it is spoken to.</summary>
public sealed record S3Options
{
    /// <summary>The bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>Its region.</summary>
    public required string Region { get; init; }

    /// <summary>The service; null for Amazon's.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Whether the bucket stands in the path, and not in the host name.</summary>
    public bool UsesPathStyle { get; init; }

    /// <summary>Signs the requests; null to send them without a signature.</summary>
    public S3Key? Key { get; init; }
}
