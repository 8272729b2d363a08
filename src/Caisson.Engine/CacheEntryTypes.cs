using System.Collections.Immutable;

namespace Caisson.Engine;

/// <summary>What a store holds. The words are those of BuildKit's records where it has such.</summary>
public static class CacheEntryTypes
{
    /// <summary>The result of a step.</summary>
    public const string Regular = "regular";

    /// <summary>The directory of a cache mount.</summary>
    public const string CacheMount = "exec.cachemount";

    /// <summary>What was fetched of a git repository.</summary>
    public const string Git = "source.git.checkout";

    /// <summary>Files that were fetched for a step or as a context.</summary>
    public const string Fetched = "source.fetched";

    /// <summary>A directory that a client sent.</summary>
    public const string Client = "source.local";

    /// <summary>A layer of a base image, unpacked.</summary>
    public const string ImageLayer = "source.image.layer";

    /// <summary>A base image, as far as it was needed, that has no name here.</summary>
    public const string BaseImage = "source.image";

    /// <summary>An image.</summary>
    public const string Image = "image";

    /// <summary>A blob that nothing here needs.</summary>
    public const string Blob = "blob";

    /// <summary>A failed step that was kept, with what it wrote.</summary>
    public const string FailedStep = "failed";

    /// <summary>The books: records of steps, and what is being made.</summary>
    public const string Internal = "internal";

    /// <summary>All of them.</summary>
    public static ImmutableArray<string> All { get; } = [Regular, CacheMount, Git, Fetched, Client, ImageLayer, BaseImage, Image, Blob, FailedStep, Internal];
}
