using Caisson.Daemon.Proto.Llb;
using Caisson.Daemon.Sessions;

namespace Caisson.Daemon.Control;

/// <summary>Where the inputs of a client's build are to be had.</summary>
/// <param name="SessionOf">The session of an id; of null, that of the build.</param>
/// <param name="LocationOf">Where the result is that another build sent along, by its name.</param>
/// <param name="FilesOf">The files of a graph, built into a new directory, which the caller removes.</param>
internal sealed record InputPlaces(Func<string?, Task<ClientSession>> SessionOf, Func<string, Task<string>> LocationOf, Func<Definition, Task<string>> FilesOf);
