using System.Collections.Immutable;
using System.Diagnostics;
using Caisson.Oci.ActionsCache;
using Caisson.Oci.Model;
using Caisson.Oci.ObjectStorage;
using Caisson.Oci.Registry;

namespace Caisson.Engine.RemoteCaching;

/// <summary>Opens the places of shared caches.</summary>
/// <param name="options">What the engine takes from its surroundings.</param>
/// <param name="platforms">Of images of several platforms, which parts are looked at.</param>
internal sealed class CacheStores(BuildEngineOptions options, ImmutableArray<Platform> platforms)
{
    // A cache that fails is done without: there is no point in asking it as long as one would ask for a base image.
    private const int MaxAttempts = 3;

    private static readonly TimeSpan MaxConnect = TimeSpan.FromSeconds(30);

    /// <summary>Opens one. Nothing is asked yet.</summary>
    /// <param name="location">Where.</param>
    /// <param name="idle">How long nothing may move.</param>
    /// <param name="export">The form that it gets; null where it is only read.</param>
    public ICacheStore Open(CacheLocation location, TimeSpan idle, CacheExport? export) => location switch
    {
        CacheLocation.Registry registry => new RegistryCache(new RegistryClient(For(idle)), registry.Reference.WithDefaultTag(), export, platforms),
        CacheLocation.Directory directory => new LayoutCache(directory, export, platforms, options.Time),
        CacheLocation.S3 { Bucket: var bucket } => new S3Cache(new S3Client(OptionsOf(bucket), For(idle)), bucket, options.Time),
        CacheLocation.Actions { Service: var service } => new ActionsCache(new ActionsCacheClient(service.Address, service.Token, service.IsVersion2, For(idle)), service.Scope),
        _ => throw new UnreachableException(location.GetType().Name),
    };

    private static S3Options OptionsOf(S3Bucket bucket) => new()
    {
        Bucket = bucket.Bucket,
        Region = bucket.Region,
        Endpoint = bucket.Endpoint,
        UsesPathStyle = bucket.UsesPathStyle,
        Key = bucket.Credential is { } credential ? new S3Key(credential.AccessKeyId, credential.SecretAccessKey, credential.SessionToken) : null,
    };

    private RegistryOptions For(TimeSpan idle) => options.Registry with
    {
        IdleTimeout = idle,
        ConnectTimeout = idle < MaxConnect ? idle : MaxConnect,
        Retry = options.Registry.Retry with { MaxAttempts = MaxAttempts },
    };
}
