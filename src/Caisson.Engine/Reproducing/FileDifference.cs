namespace Caisson.Engine.Reproducing;

/// <summary>A file that came out different, as its user is told of it.</summary>
/// <param name="Path">Its path, from the root.</param>
/// <param name="Kind">What kind of difference it is.</param>
/// <param name="Detail">What was seen; empty for nothing in particular.</param>
/// <param name="Cure">What usually helps.</param>
internal sealed record FileDifference(string Path, DifferenceKind Kind, string Detail, string Cure)
{
    /// <inheritdoc/>
    public override string ToString() => Detail.Length == 0 ? $"{Path}: {Cures.NameOf(Kind)}" : $"{Path}: {Cures.NameOf(Kind)}: {Detail}";
}
