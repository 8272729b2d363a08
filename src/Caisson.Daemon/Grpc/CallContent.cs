using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;

namespace Caisson.Daemon.Grpc;

/// <summary>The body of a request that is written little by little, while its answer is read already.</summary>
internal sealed class CallContent : HttpContent
{
    private readonly TaskCompletionSource<PipeWriter> _output = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes it.</summary>
    public CallContent() => Headers.ContentType = new MediaTypeHeaderValue(WireMetadata.ContentType);

    /// <summary>Where the body is written to, once the request is on its way.</summary>
    public Task<PipeWriter> Output => _output.Task;

    /// <summary>Ends the body. What is flushed is sent before.</summary>
    public void End()
    {
        _end.TrySetResult();
        _output.TrySetCanceled();
    }

    /// <summary>Breaks the body off, unless it has ended: the other side sees that it is not whole.</summary>
    public void Abort()
    {
        _end.TrySetCanceled();
        _output.TrySetCanceled();
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // A first flush sends the headers, so that the other side begins before there is a message.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        _output.TrySetResult(PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: 64 << 10, leaveOpen: true)));
        await _end.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
