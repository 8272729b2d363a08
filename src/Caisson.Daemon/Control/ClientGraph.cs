using Caisson.Daemon.Proto.Llb;
using Caisson.Oci.Model;
using Platform = Caisson.Oci.Model.Platform;

namespace Caisson.Daemon.Control;

/// <summary>A graph that a client gave.</summary>
/// <param name="Definition">The graph; null for the empty file system.</param>
internal sealed record ClientGraph(Definition? Definition)
{
    /// <summary>The platform that it is for; null when it is for whatever the build is for.</summary>
    public Platform? Platform { get; init; }

    /// <summary>The configuration of its image; null when the client gave none.</summary>
    public ImageConfig? Config { get; init; }
}
