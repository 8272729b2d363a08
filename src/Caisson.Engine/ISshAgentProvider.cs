namespace Caisson.Engine;

/// <summary>Has SSH agents that a build asks for by id when it needs them, such as those of a client that is elsewhere.</summary>
/// <remarks>Called from several threads.</remarks>
public interface ISshAgentProvider
{
    /// <summary>The path of a socket behind which the agent is, until the build ends; null when there is none of this id.</summary>
    /// <exception cref="IOException">It cannot be asked for.</exception>
    Task<string?> FindAsync(string id, CancellationToken ct);
}
