namespace Caisson.Engine;

/// <summary>Has secrets that a build asks for by id when it needs them, such as those of a client that is elsewhere.</summary>
/// <remarks>Called from several threads; each id is asked for once in a build.</remarks>
public interface ISecretProvider
{
    /// <summary>The content of a secret; null when there is none of this id.</summary>
    /// <exception cref="IOException">It cannot be asked for.</exception>
    ReadOnlyMemory<byte>? Find(string id);
}
