namespace Caisson.Engine.Caching;

/// <summary>One that waits for work that others may wait for, too, and hears what goes on in it.</summary>
internal interface IWaiter
{
    /// <summary>Somebody else has begun the work: what that one has heard of it so far is heard here, and from now on all that it hears.</summary>
    /// <param name="beginner">Who began; of the same kind as this.</param>
    void Follow(IWaiter beginner);
}
