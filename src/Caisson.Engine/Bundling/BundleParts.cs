using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Engine.Bundling;

/// <summary>The parts of a bundle that is being made: what is the same is one part.</summary>
internal sealed class BundleParts
{
    private readonly SortedDictionary<Digest, GraphBlob> _parts = [];

    /// <summary>How they are named, in the order of their digests.</summary>
    public ImmutableArray<Descriptor> Descriptors => [.. _parts.Values.Select(static p => p.Blob)];

    /// <summary>The parts.</summary>
    public IEnumerable<GraphBlob> Blobs => _parts.Values;

    /// <summary>Adds bytes.</summary>
    /// <returns>Their digest.</returns>
    public string Add(string mediaType, ReadOnlyMemory<byte> content) => Add(Descriptor.Of(mediaType, content.Span), new Held(content));

    /// <summary>Adds a file that stays until the bundle is written.</summary>
    /// <returns>Its digest.</returns>
    public string AddFile(Descriptor described, string path) => Add(described, new OnDisk(path));

    /// <summary>Adds what can be read from elsewhere.</summary>
    /// <returns>Its digest.</returns>
    public string Add(Descriptor part, IBlobSource source)
    {
        _parts.TryAdd(part.Digest, new GraphBlob(new Descriptor { MediaType = part.MediaType, Digest = part.Digest, Size = part.Size }, source));
        return part.Digest.Value;
    }

    private sealed class Held(ReadOnlyMemory<byte> content) : IBlobSource
    {
        public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) => Task.FromResult<Stream>(new MemoryStream(content.ToArray(), writable: false));
    }

    private sealed class OnDisk(string path) : IBlobSource
    {
        public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) => Task.FromResult<Stream>(new VerifyingStream(File.OpenRead(path), blob));
    }
}
