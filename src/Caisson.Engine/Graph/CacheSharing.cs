namespace Caisson.Engine.Graph;

/// <summary>What happens when two steps use one cache mount at once.</summary>
public enum CacheSharing
{
    /// <summary>Both use it.</summary>
    Shared,

    /// <summary>The second gets one of its own.</summary>
    Private,

    /// <summary>The second waits.</summary>
    Locked,
}
