using System.Collections.Concurrent;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Testing;

/// <summary>Blobs in memory; counts how often each is opened, and can be told to wait or to lose one.</summary>
internal sealed class MemoryBlobs : IBlobSource
{
    private readonly ConcurrentDictionary<Digest, byte[]> _blobs = new();
    private readonly ConcurrentDictionary<Digest, int> _opened = new();

    /// <summary>Awaited before a blob is opened.</summary>
    public Func<CancellationToken, Task> BeforeOpen { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Awaited before the second half of a blob is handed over.</summary>
    public Func<CancellationToken, Task>? BeforeSecondHalf { get; set; }

    public Descriptor Add(string mediaType, byte[] content)
    {
        Descriptor blob = Descriptor.Of(mediaType, content);
        _blobs[blob.Digest] = content;
        return blob;
    }

    public void Lose(Digest digest) => _blobs.TryRemove(digest, out _);

    public int TimesOpened(Digest digest) => _opened.GetValueOrDefault(digest);

    public async Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct)
    {
        _opened.AddOrUpdate(blob.Digest, 1, static (_, count) => count + 1);
        await BeforeOpen(ct);
        return _blobs.TryGetValue(blob.Digest, out byte[]? content)
            ? new VerifyingStream(BeforeSecondHalf is { } wait ? new Halves(content, wait) : new MemoryStream(content), blob)
            : throw new BlobNotFoundException(blob.Digest, "memory");
    }

    private sealed class Halves(byte[] content, Func<CancellationToken, Task> wait) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            long half = Length / 2;
            if (Position == half)
                await wait(cancellationToken);
            return await base.ReadAsync(Position < half ? buffer[..(int)Math.Min(buffer.Length, half - Position)] : buffer, cancellationToken);
        }
    }
}
