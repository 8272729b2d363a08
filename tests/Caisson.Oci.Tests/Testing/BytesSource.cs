using System.Collections.Concurrent;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Tests.Testing;

/// <summary>Blobs in memory; counts how often each is opened.</summary>
internal sealed class BytesSource : IBlobSource
{
    private readonly ConcurrentDictionary<Digest, byte[]> _blobs = new();
    private readonly ConcurrentDictionary<Digest, int> _opened = new();

    public Descriptor Add(string mediaType, byte[] content)
    {
        Descriptor blob = Descriptor.Of(mediaType, content);
        _blobs[blob.Digest] = content;
        return blob;
    }

    public int TimesOpened(Digest digest) => _opened.GetValueOrDefault(digest);

    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct)
    {
        _opened.AddOrUpdate(blob.Digest, 1, static (_, count) => count + 1);
        return Task.FromResult<Stream>(new VerifyingStream(new MemoryStream(_blobs[blob.Digest]), blob));
    }
}
