using Caisson.Oci.Model;

namespace Caisson.Engine.RemoteCaching;

/// <summary>A layer in the document of a cache.</summary>
/// <param name="Blob">Its blob; null where it is the one of the same place in the image that the document is part of.</param>
/// <param name="DiffId">The digest of its archive.</param>
/// <param name="Form">The name of the form of the blob.</param>
/// <param name="Content">What it holds: the identity of its list.</param>
/// <param name="Times">The times of its entries (<see cref="Imaging.LayerTimes"/>).</param>
internal sealed record SharedLayer(Descriptor? Blob, Digest DiffId, string Form, Digest Content, ReadOnlyMemory<byte> Times);
