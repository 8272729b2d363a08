using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>A file system in the document of a cache.</summary>
/// <param name="Image">Chain ID of the image at its bottom; null when there is none.</param>
/// <param name="Layers">The layers that were built on it, lowest first, by their place in the document.</param>
internal sealed record SharedState(Digest? Image, ImmutableArray<int> Layers);
