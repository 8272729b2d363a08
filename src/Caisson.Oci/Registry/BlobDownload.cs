using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Registry;

/// <summary>A blob on its way from a registry. When the transfer breaks, the rest is asked for with a Range, a bounded number of times.</summary>
/// <remarks>distribution-spec v1.1.1, "Pulling blobs"; RFC 9110, section 14. Does not verify: <see cref="VerifyingStream"/> is put around it.</remarks>
internal sealed class BlobDownload(RegistryConnection connection, RegistryRequest request, string repository, Descriptor blob) : ForwardReadStream
{
    // A transfer that breaks again and again has to get on by this much to be given new attempts.
    private const long ProgressBytes = 1 << 20;

    private static readonly ImmutableArray<HttpStatusCode> Resumed =
        [HttpStatusCode.OK, HttpStatusCode.PartialContent, HttpStatusCode.RequestedRangeNotSatisfiable];

    private readonly Attempts _attempts = new(connection.Options);
    private Stream? _body;
    private long _bodyPosition;
    private long _position;
    private long _positionOfReset;
    private bool _finished;

    public override long Length => blob.Size;

    /// <summary>Sends the first request, so that a missing blob is known before anything is read.</summary>
    public async Task OpenAsync(CancellationToken ct)
    {
        await ReopenAsync(ct).ConfigureAwait(false);
        connection.Options.Observer.Observe(new TransferEvent.DownloadStarted(repository, blob));
    }

    public override int Read(Span<byte> buffer) => throw new NotSupportedException("a download is read with ReadAsync");

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;
        while (true)
        {
            Exception? failure = null;
            try
            {
                if (_body is null)
                    await ReopenAsync(cancellationToken).ConfigureAwait(false);
                int count = await ReadBodyAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (count > 0 || _position >= blob.Size)
                    return Account(count);
            }
            catch (IOException e)
            {
                failure = e;
            }
            await BrokeAsync(failure, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _body?.Dispose();
        base.Dispose(disposing);
    }

    private int Account(int count)
    {
        _position += count;
        if (_position - _positionOfReset >= ProgressBytes)
        {
            _attempts.Reset();
            _positionOfReset = _position;
        }
        if (count > 0)
            connection.Options.Observer.Observe(new TransferEvent.Progress(repository, blob, _position));
        if (_position >= blob.Size && !_finished)
        {
            _finished = true;
            connection.Options.Observer.Observe(new TransferEvent.Finished(repository, blob));
        }
        return count;
    }

    private async Task BrokeAsync(Exception? failure, CancellationToken ct)
    {
        if (_body is not null)
            await _body.DisposeAsync().ConfigureAwait(false);
        _body = null;
        if (!_attempts.AllowAnother())
            throw NoAnswer.Broken(request.Host.Name, $"{request.What} after {_position} of {blob.Size} bytes", failure);
        await _attempts.WaitAsync(ct).ConfigureAwait(false);
    }

    private async Task ReopenAsync(CancellationToken ct)
    {
        RegistryRequest rest = request with { FromByte = _position, Expected = _position == 0 ? [HttpStatusCode.OK] : Resumed };
        while (_body is null)
        {
            try
            {
                HttpResponseMessage response = await connection.SendAsync(rest, ct).ConfigureAwait(false);
                _bodyPosition = BeginningOf(response);
                _body = await connection.OpenBodyAsync(response, ct).ConfigureAwait(false);
            }
            catch (RegistryException e) when (_attempts.Allow(e))
            {
                await _attempts.WaitAsync(ct).ConfigureAwait(false);
            }
        }
    }

    // Where in the blob the body of an answer begins: a server may ignore the Range and start again.
    private long BeginningOf(HttpResponseMessage response)
    {
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        bool whole = response.StatusCode == HttpStatusCode.OK;
        long? size = whole ? response.Content.Headers.ContentLength : range?.Length;
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable || (size is not null && size != blob.Size))
        {
            string actual = size?.ToString(CultureInfo.InvariantCulture) ?? "fewer";
            throw Discard(response, new InvalidImageException(
                $"{request.What} has {actual} bytes at {request.Host.Name}, not the {blob.Size} that its descriptor names"));
        }
        long beginning = whole ? 0 : range?.From ?? -1;
        if (beginning < 0 || beginning > _position)
            throw Discard(response, RegistryConnection.Invalid(request, $"answers with another range than the one from byte {_position}"));
        return beginning;
    }

    private static Exception Discard(HttpResponseMessage response, Exception reason)
    {
        response.Dispose();
        return reason;
    }

    private async Task<int> ReadBodyAsync(Memory<byte> buffer, CancellationToken ct)
    {
        Stream body = _body ?? throw new InvalidOperationException("the body is opened first");
        while (_bodyPosition < _position)
        {
            int again = (int)Math.Min(buffer.Length, _position - _bodyPosition);
            int skipped = await body.ReadAsync(buffer[..again], ct).ConfigureAwait(false);
            if (skipped == 0)
                return 0;
            _bodyPosition += skipped;
        }
        int count = await body.ReadAsync(buffer, ct).ConfigureAwait(false);
        _bodyPosition += count;
        return count;
    }
}
