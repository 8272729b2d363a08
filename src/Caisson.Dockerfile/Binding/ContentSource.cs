namespace Caisson.Dockerfile.Binding;

/// <summary>Where files come from: the base of a stage, the source of a copy or of a mount.</summary>
public abstract record ContentSource
{
    private ContentSource()
    {
    }

    /// <summary>The build context.</summary>
    public sealed record BuildContext : ContentSource;

    /// <summary>Nothing: an empty file system.</summary>
    public sealed record Scratch : ContentSource;

    /// <summary>The result of an earlier stage.</summary>
    /// <param name="Value">The stage.</param>
    public sealed record Stage(BoundStage Value) : ContentSource;

    /// <summary>An image.</summary>
    /// <param name="Reference">The reference as written, variables expanded.</param>
    public sealed record Image(string Reference) : ContentSource;

    /// <summary>A named context.</summary>
    /// <param name="Name">The name in <see cref="BindingOptions.NamedContexts"/>.</param>
    public sealed record NamedContext(string Name) : ContentSource;
}
