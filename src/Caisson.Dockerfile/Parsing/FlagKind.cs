namespace Caisson.Dockerfile.Parsing;

/// <summary>What a flag takes.</summary>
internal enum FlagKind
{
    /// <summary>true or false; nothing means true.</summary>
    Boolean,

    /// <summary>One value.</summary>
    Text,

    /// <summary>One value, and the flag may be given again.</summary>
    List,
}
