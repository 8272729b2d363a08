namespace Caisson.Engine;

/// <summary>Has secrets that a build asks for by id when it needs them, such as those of a client that is elsewhere.</summary>
/// <remarks>Called by several steps at once; what a build was told of an id counts until it ends.</remarks>
public interface ISecretProvider
{
    /// <summary>The content of a secret; null when there is none of this id.</summary>
    /// <exception cref="IOException">It cannot be asked for.</exception>
    Task<ReadOnlyMemory<byte>?> FindAsync(string id, CancellationToken ct);
}
