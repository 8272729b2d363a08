using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Parsing;

/// <summary>How much a Dockerfile may ask of the parser.</summary>
public sealed record ParserLimits
{
    /// <summary>The limits that are used unless others are given.</summary>
    public static ParserLimits Default { get; } = new();

    /// <summary>Characters of the whole file; a larger one is not read.</summary>
    public int MaxLength { get; init; } = SourceText.MaxSize;

    /// <summary>Characters of one line, as in BuildKit; a longer one is an error.</summary>
    public int MaxLineLength { get; init; } = 65_535;

    /// <summary>Number of instructions; what follows is not read.</summary>
    public int MaxInstructions { get; init; } = 10_000;
}
