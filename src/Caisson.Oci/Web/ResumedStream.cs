using Caisson.Oci.Tar;

namespace Caisson.Oci.Web;

/// <summary>What is read from a service of the web: when a transfer breaks, it goes on where it ended.</summary>
/// <param name="open">Opens the content from a position.</param>
/// <param name="sizeBytes">How long it is.</param>
internal sealed class ResumedStream(Func<long, CancellationToken, Task<Stream>> open, long sizeBytes) : ForwardReadStream
{
    private const int MaxBreaks = 5;

    // A transfer that breaks again and again has to get on by this much to be given new attempts.
    private const long ProgressBytes = 1 << 20;

    private Stream? _current;
    private long _position;
    private long _positionOfReset;
    private int _breaks;

    /// <inheritdoc/>
    public override long Length => sizeBytes;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => throw new NotSupportedException("a transfer is read with ReadAsync");

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_position == sizeBytes && _current is null)
                return 0;
            _current ??= await open(_position, cancellationToken).ConfigureAwait(false);
            try
            {
                int count = await _current.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (count > 0 || _position >= sizeBytes || buffer.IsEmpty)
                {
                    Advance(count);
                    return count;
                }
                if (++_breaks > MaxBreaks)
                    return 0; // whoever checks the content sees that it is too short
            }
            catch (IOException) when (++_breaks <= MaxBreaks)
            {
            }
            await _current.DisposeAsync().ConfigureAwait(false);
            _current = null;
        }
    }

    private void Advance(int count)
    {
        _position += count;
        if (_position - _positionOfReset < ProgressBytes)
            return;
        _breaks = 0;
        _positionOfReset = _position;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _current?.Dispose();
        base.Dispose(disposing);
    }
}
