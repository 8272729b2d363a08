using Caisson.Oci.Tar;

namespace Caisson.Oci.Registry;

/// <summary>The body of an answer: owns the answer, and turns silence, trickles and broken connections into <see cref="IOException"/>.</summary>
internal sealed class BodyStream : ForwardReadStream
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    // So much has to come within the time, however it is spread.
    private const int ProgressBytes = 4096;

    private readonly TimeSpan _stallTimeout;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _idle;
    private TimeSpan _waited;
    private int _received;

    public BodyStream(HttpResponseMessage response, Stream body, TimeSpan stallTimeout, TimeProvider time)
    {
        _response = response;
        _body = body;
        _stallTimeout = stallTimeout;
        _time = time;
        _idle = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
    }

    /// <summary>How much came so far.</summary>
    public long TotalBytes { get; private set; }

    public override int Read(Span<byte> buffer) => throw new NotSupportedException("a transfer is read with ReadAsync");

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _idle.Token);
        long began = _time.GetTimestamp();
        _idle.CancelAfter(_waited < _stallTimeout ? _stallTimeout - _waited : TimeSpan.Zero);
        try
        {
            return Account(await _body.ReadAsync(buffer, either.Token).ConfigureAwait(false), began);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException("nothing came for too long", e);
        }
        catch (HttpRequestException e)
        {
            throw new IOException("the connection broke", e);
        }
        finally
        {
            _idle.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    // Only the time that was spent waiting counts: who reads may be slow.
    private int Account(int count, long began)
    {
        TotalBytes += count;
        _received += count;
        _waited = _received < ProgressBytes ? _waited + _time.GetElapsedTime(began) : TimeSpan.Zero;
        _received = _received < ProgressBytes ? _received : 0;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _idle.Dispose();
            _body.Dispose();
            _response.Dispose();
        }
        base.Dispose(disposing);
    }
}
