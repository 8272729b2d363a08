namespace Caisson.Oci.Tar;

/// <summary>Fails once more bytes come through than a limit allows. Owns the stream behind it.</summary>
internal sealed class SizeLimitStream(Stream inner, long maxBytes) : PassingReadStream(inner)
{
    private long _readBytes;

    protected override void Pass(ReadOnlySpan<byte> bytes)
    {
        _readBytes += bytes.Length;
        if (_readBytes > maxBytes)
            throw new InvalidDataException($"the decompressed data is longer than the limit of {maxBytes} bytes");
    }
}
