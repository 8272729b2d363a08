using System.Collections.Immutable;
using Caisson.Dockerfile.Source;

namespace Caisson.Engine.Graph;

/// <summary>What people read of a node.</summary>
/// <param name="Text">For example <c>[build 3/5] RUN go build ./...</c>.</param>
/// <param name="Where">The instruction it comes from; null for what no instruction asked for.</param>
public sealed record NodeLabel(string Text, SourceSpan? Where = null)
{
    /// <summary>The stage that the instruction stands in; empty for what no instruction asked for.</summary>
    public string Stage { get; init; } = "";

    /// <summary>Which of the stage's steps it is, counted from 1 (the <c>FROM</c> of an image or of a context); 0 for what no instruction asked for.</summary>
    public int Number { get; init; }

    /// <summary>The instruction's own text, without stage and number.</summary>
    public string Instruction => Number > 0 ? Text[(Text.IndexOf("] ", StringComparison.Ordinal) + 2)..] : Text;

    /// <summary>The same with the values of variables, as BuildKit shows it; null where it is the same.</summary>
    public string? Shown { get; init; }

    /// <summary>The parts of the instruction that ask for each source of a copy, or for each mount of a program.</summary>
    public ImmutableArray<NodePart> Parts { get; init; } = [];

    /// <summary>The shell that the stage's instructions are written for; null for what is no program.</summary>
    public string? Shell { get; init; }

    /// <summary>Of the variables that a program sees, those that <c>ARG</c> set.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];
}
