using System.IO.Pipelines;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using Caisson.Oci.Web;
using Microsoft.AspNetCore.Connections;

namespace Caisson.Daemon.Hosting;

/// <summary>Speaks TLS on a connection before what understands its content.</summary>
internal static class TlsConnection
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Serves a connection; one whose client shows no certificate that is trusted is ended, and told of.</summary>
    public static async Task ServeAsync(ConnectionContext connection, DaemonTls tls, RefusedClients refused, ConnectionDelegate next)
    {
        IDuplexPipe outer = connection.Transport;
        SslStream secure = new(new JoinedStream(outer.Input.AsStream(leaveOpen: true), outer.Output.AsStream(leaveOpen: true)), leaveInnerStreamOpen: false);
        await using ConfiguredAsyncDisposable closing = secure.ConfigureAwait(false);
        using (CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed))
        {
            late.CancelAfter(HandshakeTimeout);
            string? wrong = null;
            try
            {
                await secure.AuthenticateAsServerAsync(tls.ToOptions(reason => wrong = reason), late.Token).ConfigureAwait(false);
            }
            catch (AuthenticationException e)
            {
                refused.Tell(connection.RemoteEndPoint, wrong ?? $"TLS could not be agreed on: {e.GetBaseException().Message}");
                return;
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // It has gone, or it does not say anything.
                return;
            }
        }
        Inner inner = new(PipeReader.Create(secure, new StreamPipeReaderOptions(leaveOpen: true)), PipeWriter.Create(secure, new StreamPipeWriterOptions(leaveOpen: true)));
        connection.Transport = inner;
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            await inner.Input.CompleteAsync().ConfigureAwait(false);
            await inner.Output.CompleteAsync().ConfigureAwait(false);
            connection.Transport = outer;
        }
    }

    private sealed record Inner(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
