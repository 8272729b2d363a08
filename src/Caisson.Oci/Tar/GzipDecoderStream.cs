using Caisson.Oci.Tar.Deflate;

namespace Caisson.Oci.Tar;

/// <summary>Decompresses gzip: any number of members, each verified, and zero padding behind them.</summary>
/// <remarks>
/// RFC 1951 and RFC 1952. The end is reported only after every member's CRC and length were checked and the input ended;
/// truncated or broken input and anything else behind the last member throw <see cref="InvalidDataException"/>.
/// Memory does not depend on the input. Owns the stream behind it. One call at a time.
/// </remarks>
internal sealed class GzipDecoderStream(Stream input) : ForwardReadStream
{
    private readonly GzipDecoder _decoder = new();

    public override int Read(Span<byte> buffer)
    {
        int count;
        while (!_decoder.TryRead(buffer, out count))
            _decoder.Filled(input.Read(_decoder.Room().Span));
        return count;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int count;
        while (!_decoder.TryRead(buffer.Span, out count))
            _decoder.Filled(await input.ReadAsync(_decoder.Room(), cancellationToken).ConfigureAwait(false));
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        await input.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
        base.Dispose(disposing);
    }
}
