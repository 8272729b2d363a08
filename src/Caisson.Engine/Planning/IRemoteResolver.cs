using Caisson.Engine.Graph;

namespace Caisson.Engine.Planning;

/// <summary>Pins what is somewhere else: a file by its digest, a reference of a repository by its commit.</summary>
internal interface IRemoteResolver
{
    /// <summary>Pins one.</summary>
    /// <returns>What a graph can hold of it.</returns>
    /// <exception cref="Exception">It cannot be had, for a reason that <see cref="Failures"/> explains.</exception>
    Task<Operation.Fetched> ResolveAsync(RemoteSource source, CancellationToken ct);
}
