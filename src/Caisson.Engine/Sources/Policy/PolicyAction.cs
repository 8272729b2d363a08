namespace Caisson.Engine.Sources.Policy;

/// <summary>What a rule does with a source.</summary>
internal enum PolicyAction
{
    /// <summary>It may be used.</summary>
    Allow,

    /// <summary>It may not.</summary>
    Deny,

    /// <summary>Another one is used.</summary>
    Convert,
}
