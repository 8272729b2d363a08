using System.Collections.Immutable;

namespace Caisson.Dockerfile.Ignore;

/// <summary>A place within a pattern, and what leads on from it.</summary>
internal readonly record struct GlobState(
    GlobState.Step Kind, char Literal = '\0', ImmutableArray<(char First, char Last)> Ranges = default)
{
    /// <summary>What leads on.</summary>
    public enum Step
    {
        /// <summary>One certain character.</summary>
        Literal,

        /// <summary>One character but a slash.</summary>
        AnyOne,

        /// <summary>One character of a class.</summary>
        Class,

        /// <summary>One character outside a class.</summary>
        OtherClass,

        /// <summary>Any number of characters but slashes: <c>*</c>.</summary>
        Run,

        /// <summary>Any number of characters: <c>**</c> at the end.</summary>
        Rest,

        /// <summary>Nothing, or whole directories: <c>**</c> elsewhere. The state behind it walks over the directories.</summary>
        Deep,

        /// <summary>Any number of characters up to and with a slash.</summary>
        DeepWalk,
    }

    /// <summary>True when the character leads to the next state.</summary>
    public bool Advances(char c) => Kind switch
    {
        Step.Literal => c == Literal,
        Step.AnyOne => c != '/',
        Step.Class => Contains(c),
        Step.OtherClass => !Contains(c),
        Step.DeepWalk => c == '/',
        _ => false,
    };

    /// <summary>True when the state remains over the character.</summary>
    public bool Remains(char c) => Kind switch
    {
        Step.Run => c != '/',
        Step.Rest or Step.DeepWalk => true,
        _ => false,
    };

    private bool Contains(char c)
    {
        foreach ((char first, char last) in Ranges)
        {
            if (c >= first && c <= last)
                return true;
        }
        return false;
    }
}
