using System.Collections.Immutable;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Syntax;

/// <summary>What every instruction has: where it stands, and its parts before they are understood.</summary>
public sealed record InstructionHeader
{
    internal InstructionHeader(Word keyword, Word line)
    {
        Keyword = keyword;
        Line = line;
    }

    /// <summary>The instruction's name as written.</summary>
    public Word Keyword { get; }

    /// <summary>The whole instruction as one line: keyword, flags, arguments, without continuations and heredocs.</summary>
    public Word Line { get; }

    /// <summary>All flags in order, unknown and doubled ones included.</summary>
    public ImmutableArray<Flag> Flags { get; internal init; } = [];

    /// <summary>What follows the flags, without white space around it.</summary>
    public required Word Arguments { get; init; }

    /// <summary>The documents that follow the instruction.</summary>
    public ImmutableArray<Heredoc> Heredocs { get; internal init; } = [];

    /// <summary>The comment lines above, up to the instruction before or an empty comment.</summary>
    public ImmutableArray<Comment> Comments { get; internal init; } = [];

    /// <summary>The comment lines between the instruction's own lines.</summary>
    public ImmutableArray<Comment> InnerComments { get; internal init; } = [];

    /// <summary>Blank lines that follow a continuation.</summary>
    public ImmutableArray<SourceSpan> EmptyContinuations { get; internal init; } = [];

    /// <summary>From the keyword to the last character, heredocs included.</summary>
    public SourceSpan Span { get; internal init; }

    /// <summary>The same with leading white space and the last line end.</summary>
    public SourceSpan FullSpan { get; internal init; }

    /// <summary>What a comment <c># check=skip=…</c> above the instruction says; null when there is none or it cannot be read.</summary>
    public CheckOptions? Checks { get; internal init; }

    /// <summary>That comment, be it readable or not; null when there is none.</summary>
    public Comment? CheckComment { get; internal init; }

    /// <summary>The description that a comment <c># name description</c> above the instruction gives, or null.</summary>
    internal string? DescriptionOf(string name)
    {
        foreach (Comment comment in Comments)
        {
            string text = comment.Text;
            if (name.Length > 0 && text.Length > name.Length && text[name.Length] == ' ' && text.StartsWith(name, StringComparison.Ordinal))
                return text[(name.Length + 1)..];
        }
        return null;
    }
}
