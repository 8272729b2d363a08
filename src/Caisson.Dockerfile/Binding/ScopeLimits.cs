namespace Caisson.Dockerfile.Binding;

/// <summary>How much the variables of a stage may hold, and how much work its words may make.</summary>
internal static class ScopeLimits
{
    /// <summary>Characters of one value: Linux gives a process no longer string (MAX_ARG_STRLEN).</summary>
    public const int MaxValueLength = 128 * 1024;

    /// <summary>Characters of all names and values together.</summary>
    public const long MaxSize = 2 * 1024 * 1024;

    /// <summary>Characters of the name of a base image or of a platform.</summary>
    public const int MaxNameLength = 4096;

    /// <summary>What expanding all words of a stage may cost, in characters written and steps of pattern matching.</summary>
    public const long MaxCost = 16 * 1024 * 1024;
}
