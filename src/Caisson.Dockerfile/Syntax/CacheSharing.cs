namespace Caisson.Dockerfile.Syntax;

/// <summary>What happens when two steps want the same cache mount at once.</summary>
public enum CacheSharing
{
    /// <summary>Both write to it.</summary>
    Shared,

    /// <summary>The second gets one of its own.</summary>
    Private,

    /// <summary>The second waits.</summary>
    Locked,
}
