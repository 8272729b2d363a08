namespace Caisson.Dockerfile.Expansion;

/// <summary>What expansion leaves in place.</summary>
[Flags]
public enum ExpansionStyle
{
    /// <summary>Quotes and escapes are resolved, variables that are not set become nothing.</summary>
    Plain = 0,

    /// <summary>Quotes quote, and stay.</summary>
    KeepQuotes = 1,

    /// <summary>Escapes escape, and stay.</summary>
    KeepEscapes = 2,

    /// <summary>Quotes are characters like others, as in a heredoc.</summary>
    IgnoreQuotes = 4,

    /// <summary>Uses of variables that are not set stay as written.</summary>
    KeepUnset = 8,
}
