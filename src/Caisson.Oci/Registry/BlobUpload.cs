using System.Collections.Immutable;
using System.Net;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>One blob on its way to a registry: taken over from another repository where possible, else sent, and taken up again after a break.</summary>
/// <remarks>distribution-spec v1.1.1, "Pushing Blobs" and "Mounting a blob from another repository".</remarks>
internal sealed class BlobUpload(RegistryConnection connection, BlobApi blobs, Reference repository, Descriptor blob, IBlobSource from)
{
    private readonly RegistryOptions _options = connection.Options;
    private readonly UploadApi _api = new(connection, repository, blob);
    private readonly Attempts _attempts = new(connection.Options);
    private bool _chunksRefused;

    /// <summary>1. Asks whether the blob is there; 2. asks to mount it from each candidate; 3. sends it.</summary>
    /// <param name="mountFrom">Repositories of the same registry that may hold the blob, likeliest first.</param>
    public async Task RunAsync(ImmutableArray<string> mountFrom, CancellationToken ct)
    {
        if (await ExistsAsync(ct).ConfigureAwait(false))
            return;
        UploadSession? session = null;
        foreach (string candidate in mountFrom)
        {
            (bool mounted, session) = await TryMountAsync(candidate, ct).ConfigureAwait(false);
            if (mounted)
                return;
        }
        await SendAsync(session, ct).ConfigureAwait(false);
    }

    private async Task<(bool Mounted, UploadSession? Session)> TryMountAsync(string candidate, CancellationToken ct)
    {
        try
        {
            UploadSession? session = await Attempts.RunAsync(_options, attempt => _api.MountAsync(candidate, attempt), ct).ConfigureAwait(false);
            return (session is null, session);
        }
        catch (RegistryException e) when (e.Status is not null && !e.IsTransient)
        {
            return (false, null); // mounting is an offer: who may not, or cannot, sends the blob
        }
    }

    private Task<bool> ExistsAsync(CancellationToken ct) =>
        blobs.ExistsAsync(repository, blob.Digest, Scopes.Push, ct);

    private async Task SendAsync(UploadSession? session, CancellationToken ct)
    {
        UploadSource source = new(blob, from);
        await using (source.ConfigureAwait(false))
            await SendAsync(session, source, ct).ConfigureAwait(false);
    }

    private async Task SendAsync(UploadSession? session, UploadSource source, CancellationToken ct)
    {
        bool broken = false;
        while (true)
        {
            try
            {
                if (broken && session is not null)
                    session = await _api.StatusAsync(session, ct).ConfigureAwait(false);
                if (broken && session is null && await ExistsAsync(ct).ConfigureAwait(false))
                    return; // it was the last answer that got lost
                broken = false;
                session ??= await _api.StartAsync(ct).ConfigureAwait(false);
                session = await StepAsync(session, source, ct).ConfigureAwait(false);
                if (session is null)
                    return;
            }
            catch (RegistryException e) when (MayGoOn(e, session))
            {
                broken = true;
                await source.DisposeAsync().ConfigureAwait(false);
                await _attempts.WaitAsync(ct).ConfigureAwait(false);
            }
        }
    }

    // One request forward; null when the upload is complete.
    private async Task<UploadSession?> StepAsync(UploadSession session, UploadSource source, CancellationToken ct)
    {
        long rest = blob.Size - session.ReceivedBytes;
        if (rest < 0)
            throw new RegistryException(RegistryErrorKind.InvalidContent, repository.Registry,
                $"{repository.Registry} claims to have {session.ReceivedBytes} of {blob.Size} bytes of blob {blob.Digest}");
        long chunk = Math.Max(_options.ChunkSizeBytes, session.MinChunkBytes);
        bool single = _chunksRefused || (session.ReceivedBytes == 0 && rest <= Math.Max(_options.MaxSingleUploadBytes, session.MinChunkBytes));
        if (single || rest == 0)
        {
            await _api.FinishAsync(session, attempt => ContentAsync(source, session.ReceivedBytes, rest, attempt), ct).ConfigureAwait(false);
            return null;
        }
        long size = Math.Min(chunk, rest);
        UploadSession next = await _api.AppendAsync(
            session, size, attempt => ContentAsync(source, session.ReceivedBytes, size, attempt), ct).ConfigureAwait(false);
        if (next.ReceivedBytes > session.ReceivedBytes)
            _attempts.Reset();
        else if (!_attempts.AllowAnother())
            throw NoAnswer.Broken(repository.Registry, $"blob {blob.Digest}", null);
        return next;
    }

    private static async Task<HttpContent> ContentAsync(UploadSource source, long position, long sizeBytes, CancellationToken ct)
    {
        if (sizeBytes == 0)
            return new ByteArrayContent([]);
        Stream stream = await source.AtAsync(position, ct).ConfigureAwait(false);
        UploadContent content = new(stream, sizeBytes) { Sent = source.Advance };
        content.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
        return content;
    }

    // Besides what passes by itself: an upload that the registry forgot or has elsewhere than we think, and one that it wants in one piece.
    private bool MayGoOn(RegistryException e, UploadSession? session)
    {
        if (_attempts.Allow(e))
            return true;
        if (e.IsTransient || session is null)
            return false;
        bool lost = e.Status is HttpStatusCode.NotFound or HttpStatusCode.RequestedRangeNotSatisfiable
            || e.HasCode("BLOB_UPLOAD_INVALID") || e.HasCode("BLOB_UPLOAD_UNKNOWN");
        bool unsupported = e.Status is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented || e.HasCode("UNSUPPORTED");
        if (unsupported && !_chunksRefused)
            return _chunksRefused = true;
        return lost && _attempts.AllowAnother();
    }
}
