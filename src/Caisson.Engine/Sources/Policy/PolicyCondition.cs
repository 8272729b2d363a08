namespace Caisson.Engine.Sources.Policy;

/// <summary>How an attribute is compared.</summary>
internal enum PolicyCondition
{
    /// <summary>It is the value.</summary>
    Equal,

    /// <summary>It is not the value.</summary>
    NotEqual,

    /// <summary>The value is a regular expression that it matches.</summary>
    Matches,
}
