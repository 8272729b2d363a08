namespace Caisson.Dockerfile.Expansion;

/// <summary>A word of an expanded text, and the stretch of the unexpanded one that it was made from.</summary>
internal readonly record struct SplitWord(string Text, int Start, int End);
