namespace Caisson.Dockerfile.Binding;

/// <summary>How much a file may ask of the binder: sizes of variables, work for words, number of triggers.</summary>
internal static class BindingLimits
{
    /// <summary>Characters of one value: Linux gives a process no longer string (MAX_ARG_STRLEN).</summary>
    public const int MaxValueLength = 128 * 1024;

    /// <summary>Characters of all names and values together.</summary>
    public const long MaxSize = 2 * 1024 * 1024;

    /// <summary>Characters of the name of a base image or of a platform.</summary>
    public const int MaxNameLength = 4096;

    /// <summary>Characters of an instruction as it is shown, with the values of its variables.</summary>
    public const int MaxShownLength = 1024;

    /// <summary>What showing one instruction may cost, as <see cref="MaxCost"/>.</summary>
    public const long MaxShownCost = 16 * 1024;

    /// <summary>Triggers that the stages of a file may inherit from stages of the same file.</summary>
    public const int MaxTriggers = 10_000;

    /// <summary>What expanding all words of a build may cost, in characters written and steps of pattern matching.</summary>
    public const long MaxCost = 16 * 1024 * 1024;
}
