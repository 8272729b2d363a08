namespace Caisson.Engine.Reproducing;

/// <summary>A place where two contents differ: what stands there in the one and in the other, up to where the word around it ends.</summary>
/// <param name="First">In the one; bytes as Latin-1.</param>
/// <param name="Second">In the other.</param>
/// <param name="FirstOffset">Where it begins in the one.</param>
/// <param name="SecondOffset">Where it begins in the other.</param>
internal readonly record struct Cluster(string First, string Second, int FirstOffset, int SecondOffset)
{
    /// <summary>Whether a person can read it.</summary>
    public bool IsText => First.All(IsPrintable) && Second.All(IsPrintable);

    private static bool IsPrintable(char c) => c is >= ' ' and < '\u007f' or '\t' or '\n' or '\r';
}
