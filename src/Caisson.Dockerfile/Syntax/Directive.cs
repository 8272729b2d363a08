using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Syntax;

/// <summary>A parser directive at the top of the file: <c># name=value</c>.</summary>
public sealed record Directive : SyntaxElement
{
    internal Directive(SourceSpan fullSpan, DirectiveKind kind, Word name, Word value)
        : base(fullSpan)
    {
        Kind = kind;
        Name = name;
        Value = value;
    }

    /// <summary>Which directive it is.</summary>
    public DirectiveKind Kind { get; }

    /// <summary>The name as written.</summary>
    public Word Name { get; }

    /// <summary>The value, without white space around it.</summary>
    public Word Value { get; }

    /// <summary>The value up to its first blank, which is the part that has a meaning.</summary>
    public string Argument => Value.Text.Split(' ', 2)[0];
}
