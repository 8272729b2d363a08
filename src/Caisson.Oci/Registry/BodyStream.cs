using Caisson.Oci.Tar;

namespace Caisson.Oci.Registry;

/// <summary>The body of an answer: owns the answer, and turns silence and broken connections into <see cref="IOException"/>.</summary>
internal sealed class BodyStream : ForwardReadStream
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly TimeSpan _idleTimeout;
    private readonly CancellationTokenSource _idle;

    public BodyStream(HttpResponseMessage response, Stream body, TimeSpan idleTimeout, TimeProvider time)
    {
        _response = response;
        _body = body;
        _idleTimeout = idleTimeout;
        _idle = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
    }

    public override int Read(Span<byte> buffer) => throw new NotSupportedException("a transfer is read with ReadAsync");

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _idle.Token);
        _idle.CancelAfter(_idleTimeout);
        try
        {
            return await _body.ReadAsync(buffer, either.Token).ConfigureAwait(false);
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
