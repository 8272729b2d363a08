namespace Caisson.Engine.Graph;

/// <summary>Something to copy.</summary>
public abstract record CopySource
{
    private CopySource()
    {
    }

    /// <summary>Files of an input.</summary>
    /// <param name="Input">Index of the node's input.</param>
    /// <param name="Pattern">A path, relative to the input's root, in which <c>*</c>, <c>?</c> and <c>[…]</c> stand for names.</param>
    public sealed record Files(int Input, string Pattern) : CopySource;

    /// <summary>A file whose content stands in the build definition itself.</summary>
    /// <param name="Name">The name it gets in a destination directory.</param>
    /// <param name="Content">Its content.</param>
    public sealed record Inline(string Name, string Content) : CopySource;
}
