using Caisson.Engine.Events;

namespace Caisson.Engine.History;

/// <summary>Why a step was a hit, in words.</summary>
public static class HitWords
{
    private static readonly (HitKind Kind, string Word, string Text)[] All =
    [
        (HitKind.Definition, "definition", "the same step on the same inputs as before"),
        (HitKind.Content, "content", "its inputs came about in another way and hold the same as before"),
        (HitKind.NotNeeded, "not-needed", "the result of a step behind it is stored"),
        (HitKind.Shared, "shared", "the same work was done for another step or build at this time"),
        (HitKind.Source, "source", "it is in the store"),
    ];

    /// <summary>One word, for programs.</summary>
    public static string Word(HitKind kind) => Find(kind).Word;

    /// <summary>A sentence without a point at the end, for people.</summary>
    public static string Text(HitKind kind) => Find(kind).Text;

    /// <summary>What a word stands for; null when it is none of these.</summary>
    public static HitKind? Parse(string word)
    {
        foreach ((HitKind kind, string known, string _) in All)
        {
            if (known == word)
                return kind;
        }
        return null;
    }

    private static (HitKind Kind, string Word, string Text) Find(HitKind kind)
    {
        foreach ((HitKind Kind, string Word, string Text) known in All)
        {
            if (known.Kind == kind)
                return known;
        }
        throw new System.Diagnostics.UnreachableException(kind.ToString());
    }
}
