namespace Caisson.Dockerfile.Parsing;

/// <summary>What a text is that begins with a bracket.</summary>
internal enum JsonOutcome
{
    /// <summary>Not a JSON array.</summary>
    Broken,

    /// <summary>A JSON array with elements other than strings.</summary>
    NotStrings,

    /// <summary>A JSON array of strings.</summary>
    Strings,
}
