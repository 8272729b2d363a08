using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>What a named context stands for.</summary>
internal abstract record NamedContext
{
    private NamedContext()
    {
    }

    /// <summary>A directory.</summary>
    /// <param name="Name">The context's name, by which the engine knows its files.</param>
    public sealed record Files(string Name) : NamedContext;

    /// <summary>Nothing: an empty file system.</summary>
    public sealed record Empty : NamedContext;

    /// <summary>An image, from the store or a registry.</summary>
    /// <param name="Reference">Its name.</param>
    public sealed record FromStore(Reference Reference) : NamedContext;

    /// <summary>Files from elsewhere.</summary>
    /// <param name="Source">Which.</param>
    public sealed record Remote(RemoteSource Source) : NamedContext;

    /// <summary>An image of a layout.</summary>
    /// <param name="OpenAsync">Opens the one for a platform.</param>
    public sealed record FromLayout(Func<Platform, CancellationToken, Task<ResolvedImage>> OpenAsync) : NamedContext;
}
