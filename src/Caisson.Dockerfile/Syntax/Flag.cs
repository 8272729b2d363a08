using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Syntax;

/// <summary>A flag before the arguments of an instruction, <c>--name</c> or <c>--name=value</c>, as written.</summary>
/// <param name="Name">The name without its dashes.</param>
/// <param name="Value">What follows <c>=</c>, quotes and escapes resolved; null without <c>=</c>.</param>
/// <param name="Span">The whole flag.</param>
public sealed record Flag(Word Name, Word? Value, SourceSpan Span);
