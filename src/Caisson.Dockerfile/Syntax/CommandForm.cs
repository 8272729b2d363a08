using System.Collections.Immutable;

namespace Caisson.Dockerfile.Syntax;

/// <summary>The two ways to write a command.</summary>
public abstract record CommandForm
{
    private CommandForm()
    {
    }

    /// <summary>A line for the shell.</summary>
    /// <param name="Line">The line; empty when nothing was written.</param>
    public sealed record Shell(Word Line) : CommandForm;

    /// <summary>A JSON array: program and arguments, run without a shell.</summary>
    /// <param name="Arguments">The elements, JSON escapes resolved; may be empty.</param>
    public sealed record Exec(ImmutableArray<Word> Arguments) : CommandForm;
}
