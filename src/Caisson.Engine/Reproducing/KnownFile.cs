namespace Caisson.Engine.Reproducing;

/// <summary>A file that is known to differ from build to build.</summary>
/// <param name="Path">Its path: <c>*</c> stands for anything within a name, <c>**</c> for anything; a name alone for a file of that name in any directory.</param>
/// <param name="What">What it is.</param>
/// <param name="Kind">What differs in it, where its bytes do not tell.</param>
/// <param name="Cure">What helps.</param>
internal sealed record KnownFile(string Path, string What, DifferenceKind Kind, string Cure)
{
    /// <summary>The bytes that it begins with; empty for any.</summary>
    public string Magic { get; init; } = "";

    /// <summary>Where those are.</summary>
    public int MagicOffset { get; init; }
}
