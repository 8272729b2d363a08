using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>Where a shared cache is kept.</summary>
public abstract record CacheLocation
{
    private CacheLocation()
    {
    }

    /// <summary>The cache as people read it. Nothing in it is secret.</summary>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public sealed override string ToString() => Name;

    /// <summary>In the image itself, which a registry then has.</summary>
    public sealed record Inline : CacheLocation
    {
        /// <inheritdoc/>
        public override string Name => "the image";
    }

    /// <summary>In a registry, under a name of its own; for an import, also in an image of that name.</summary>
    /// <param name="Reference">The name.</param>
    public sealed record Registry(Reference Reference) : CacheLocation
    {
        /// <inheritdoc/>
        public override string Name => Reference.WithDefaultTag().Familiar;
    }

    /// <summary>In a directory of this machine, an OCI image layout.</summary>
    /// <param name="Path">The directory.</param>
    public sealed record Directory(string Path) : CacheLocation
    {
        /// <summary>The name of the cache in the directory.</summary>
        public string Tag { get; init; } = "latest";

        /// <summary>For an import: which cache of the directory, whatever its name is by now; null for that of the name.</summary>
        public Digest? Digest { get; init; }

        /// <summary>What people read in the place of the path; null for that.</summary>
        public string? Shown { get; init; }

        /// <inheritdoc/>
        public override string Name => Shown ?? Path;
    }

    /// <summary>In a bucket of Amazon S3, or of something that speaks like it.</summary>
    /// <param name="Bucket">Where.</param>
    public sealed record S3(S3Bucket Bucket) : CacheLocation
    {
        /// <inheritdoc/>
        public override string Name => $"s3://{Bucket.Bucket}/{Bucket.Prefix}{Bucket.ManifestsPrefix}{Bucket.Names[0]}";
    }

    /// <summary>In the cache service of GitHub Actions.</summary>
    /// <param name="Service">Where.</param>
    public sealed record Actions(ActionsService Service) : CacheLocation
    {
        /// <inheritdoc/>
        public override string Name => $"the cache {Service.Scope} of GitHub Actions";
    }
}
