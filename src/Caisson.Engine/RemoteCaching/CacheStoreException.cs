namespace Caisson.Engine.RemoteCaching;

/// <summary>A place of a shared cache could not be used. The message is a fact without secrets.</summary>
internal sealed class CacheStoreException(string message, Exception? cause = null) : IOException(message, cause)
{
    /// <summary>What may help; null when nothing is known to.</summary>
    public string? Hint { get; init; }
}
