using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Transfer;

/// <summary>Tells an observer of each piece that is read. Owns the stream behind it.</summary>
internal sealed class WatchedStream(Stream inner, Descriptor blob, IBlobObserver observer) : PassingReadStream(inner)
{
    private long _total;

    public override long Length => blob.Size;

    protected override void Pass(ReadOnlySpan<byte> bytes)
    {
        _total += bytes.Length;
        if (!bytes.IsEmpty)
            observer.Read(blob, _total);
    }
}
