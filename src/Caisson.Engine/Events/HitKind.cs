namespace Caisson.Engine.Events;

/// <summary>Why a step did not have to be done.</summary>
public enum HitKind
{
    /// <summary>It was done before, with the same definition on the same inputs.</summary>
    Definition,

    /// <summary>It was done before on inputs that came about in another way and hold the same.</summary>
    Content,

    /// <summary>A step that rests on it is a hit, so its result was not looked for.</summary>
    NotNeeded,

    /// <summary>The same work was done for another step, or for another build at the same time.</summary>
    Shared,

    /// <summary>It stands for something from elsewhere, which is here and known by its digest.</summary>
    Source,
}
