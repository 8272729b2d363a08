namespace Caisson.Engine;

/// <summary>When registries are asked for images.</summary>
public enum PullPolicy
{
    /// <summary>For what is not on this machine.</summary>
    Missing,

    /// <summary>For everything: a tag may have moved.</summary>
    Always,

    /// <summary>Not at all: what is not here as a whole is an error.</summary>
    Never,
}
