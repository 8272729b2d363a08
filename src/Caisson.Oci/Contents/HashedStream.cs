using System.Security.Cryptography;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Contents;

/// <summary>Counts and hashes what is read through it. Owns both the stream and the hash.</summary>
internal sealed class HashedStream(Stream inner, IncrementalHash hash) : PassingReadStream(inner)
{
    /// <summary>Bytes so far.</summary>
    public long Count { get; private set; }

    /// <summary>The hash of all that was read.</summary>
    public byte[] Finish() => hash.GetHashAndReset();

    protected override void Pass(ReadOnlySpan<byte> bytes)
    {
        hash.AppendData(bytes);
        Count += bytes.Length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            hash.Dispose();
        base.Dispose(disposing);
    }
}
