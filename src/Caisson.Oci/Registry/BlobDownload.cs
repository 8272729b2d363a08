using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Registry;

/// <summary>
/// A blob on its way from a registry. When the transfer breaks, the rest is asked for with a Range, a bounded number of times; a mirror that
/// fails is followed by the next location, from the same byte on.
/// </summary>
/// <remarks>distribution-spec v1.1.1, "Pulling blobs"; RFC 9110, section 14. Does not verify: <see cref="VerifyingStream"/> is put around it.</remarks>
internal sealed class BlobDownload(RegistryConnection connection, BlobApi blobs, Reference repository, Descriptor blob) : ForwardReadStream
{
    // A transfer that breaks again and again has to get on by this much to be given new attempts.
    private const long ProgressBytes = 1 << 20;

    private static readonly ImmutableArray<HttpStatusCode> Resumed =
        [HttpStatusCode.OK, HttpStatusCode.PartialContent, HttpStatusCode.RequestedRangeNotSatisfiable];

    private readonly ImmutableArray<RegistryLocation> _sources = connection.SourcesOf(repository.WithDigest(blob.Digest));
    private Attempts _attempts = new(connection.Options);
    private SemaphoreSlim? _slot;
    private int _source = -1;
    private RegistryRequest? _request;
    private Stream? _body;
    private long _bodyPosition;
    private long _position;
    private long _positionOfReset;

    public override long Length => blob.Size;

    /// <summary>Sends the first request, so that a missing blob is known before anything is read.</summary>
    public async Task OpenAsync(CancellationToken ct)
    {
        SemaphoreSlim slots = blobs.SlotsOf(repository.Registry);
        await slots.WaitAsync(ct).ConfigureAwait(false);
        _slot = slots;
        await ReopenAsync(ct).ConfigureAwait(false);
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
        {
            _body?.Dispose();
            LeaveSlot();
        }
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
        if (_position >= blob.Size)
            LeaveSlot();
        return count;
    }

    private void LeaveSlot()
    {
        _slot?.Release();
        _slot = null;
    }

    private async Task BrokeAsync(Exception? failure, CancellationToken ct)
    {
        if (_body is not null)
            await _body.DisposeAsync().ConfigureAwait(false);
        _body = null;
        if (_attempts.AllowAnother())
            await _attempts.WaitAsync(ct).ConfigureAwait(false);
        else if (!LeaveMirror())
            throw NoAnswer.Broken(Request.Host.Name, $"{Request.What} after {_position} of {blob.Size} bytes", failure);
    }

    private RegistryRequest Request => _request ?? throw new InvalidOperationException("a location is chosen first");

    // False at the last location: there is no other.
    private bool LeaveMirror()
    {
        if (_source + 1 >= _sources.Length)
            return false;
        _request = null;
        return true;
    }

    private async Task<RegistryRequest> ChooseAsync(CancellationToken ct)
    {
        RegistryLocation source = _sources[++_source];
        _attempts = new Attempts(connection.Options, connection.RetryAt(source));
        return BlobApi.Request(HttpMethod.Get, await connection.EndpointAsync(source, ct).ConfigureAwait(false), blob.Digest);
    }

    private async Task ReopenAsync(CancellationToken ct)
    {
        while (_body is null)
        {
            try
            {
                _request ??= await ChooseAsync(ct).ConfigureAwait(false);
                RegistryRequest rest = _request with { FromByte = _position, Expected = _position == 0 ? [HttpStatusCode.OK] : Resumed };
                HttpResponseMessage response = await connection.SendAsync(rest, ct).ConfigureAwait(false);
                _bodyPosition = BeginningOf(response);
                _body = await connection.OpenBodyAsync(response, ct).ConfigureAwait(false);
            }
            catch (RegistryException e) when (_request is not null && _attempts.Allow(e)) // looking how a host answers has attempts of its own
            {
                await _attempts.WaitAsync(ct).ConfigureAwait(false);
            }
            catch (RegistryException e) when (LeaveMirror())
            {
                connection.Note(_sources[_source], e);
            }
            catch (InvalidImageException) when (LeaveMirror())
            {
                // It has something else under the digest; the next one need not.
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
                $"{Request.What} has {actual} bytes at {Request.Host.Name}, not the {blob.Size} that its descriptor names"));
        }
        long beginning = whole ? 0 : range?.From ?? -1;
        if (beginning < 0 || beginning > _position)
            throw Discard(response, RegistryConnection.Invalid(Request, $"answers with another range than the one from byte {_position}"));
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
