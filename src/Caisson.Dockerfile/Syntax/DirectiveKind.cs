namespace Caisson.Dockerfile.Syntax;

/// <summary>The parser directives.</summary>
public enum DirectiveKind
{
    /// <summary><c># syntax=docker/dockerfile:1</c>: the language's version or implementation.</summary>
    Syntax,

    /// <summary><c># escape=`</c>: the character that continues lines and escapes.</summary>
    Escape,

    /// <summary><c># check=skip=…;error=…</c>: how checks are evaluated.</summary>
    Check,
}
