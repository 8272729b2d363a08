using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting;

/// <summary>What a rule found.</summary>
/// <param name="Instruction">The instruction at fault; a comment <c># check=skip=…</c> above it is obeyed.</param>
/// <param name="Where">The place.</param>
/// <param name="Message">What is found, in one line; values quoted.</param>
/// <param name="Hint">What to do about it; null when the message says it.</param>
public sealed record Finding(Instruction Instruction, SourceSpan Where, string Message, string? Hint = null)
{
    /// <summary>Another instruction that has its part in it, and whose comment is obeyed as well.</summary>
    public Instruction? Other { get; init; }
}
