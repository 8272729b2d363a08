namespace Caisson.Engine.Sources.Policy;

/// <summary>How a rule's identifier is compared.</summary>
internal enum PolicyMatch
{
    /// <summary>A star stands for anything.</summary>
    Wildcard,

    /// <summary>Letter by letter.</summary>
    Exact,

    /// <summary>As a regular expression.</summary>
    Regex,
}
