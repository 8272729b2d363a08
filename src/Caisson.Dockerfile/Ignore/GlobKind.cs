namespace Caisson.Dockerfile.Ignore;

/// <summary>How a pattern is matched.</summary>
internal enum GlobKind
{
    /// <summary>The path is the pattern.</summary>
    Exact,

    /// <summary>The path begins with what stands before a last <c>**</c>.</summary>
    Prefix,

    /// <summary>The path ends with what stands behind a first <c>**</c>.</summary>
    Suffix,

    /// <summary>The states of the pattern are followed through the path.</summary>
    States,
}
