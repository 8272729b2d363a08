using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Caisson.Daemon.Sessions;

/// <summary>Connections that begin as requests of Docker's API and go on as HTTP/2: <c>POST /grpc</c>, on which the client calls, and <c>POST /session</c>, on which it is called.</summary>
/// <param name="sessions">Where sessions are served.</param>
/// <param name="serveHttp2">Serves a connection on which the client calls, until it ends.</param>
internal sealed class SessionUpgrade(SessionRegistry sessions, Func<IDuplexPipe, Task> serveHttp2)
{
    private const string Protocol = "h2c";

    /// <summary>Answers such a request; returns when the connection has ended.</summary>
    /// <param name="http">The request.</param>
    /// <param name="isSession">Whether the client is called on it.</param>
    public async Task AnswerAsync(HttpContext http, bool isSession)
    {
        if (http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade || !http.Request.Headers.Upgrade.Contains(Protocol))
        {
            await RefuseAsync(http, $"the connection must be upgraded to {Protocol}").ConfigureAwait(false);
            return;
        }
        SessionTraits? traits = null;
        try
        {
            if (isSession)
            {
                traits = SessionTraits.FromHeaders(http.Request.Headers);
                sessions.CheckFree(traits.Id);
            }
        }
        catch (RpcException e)
        {
            await RefuseAsync(http, e.Status.Detail).ConfigureAwait(false);
            return;
        }
        http.Response.Headers.Upgrade = Protocol;
        Stream connection = await upgrade.UpgradeAsync().ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            if (traits is null)
                await serveHttp2(Pipes.Of(connection)).ConfigureAwait(false);
            else
                await ServeAsync(connection, traits, http.RequestAborted).ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(Stream connection, SessionTraits traits, CancellationToken ct)
    {
        try
        {
            await sessions.ServeAsync(connection, traits, ct).ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // Another took the name in between. Nothing can be said any more but that the connection ends.
        }
    }

    private static Task RefuseAsync(HttpContext http, string reason)
    {
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(reason + "\n", http.RequestAborted);
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe
    {
        private const int BufferSize = 64 << 10;

        public static Pipes Of(Stream stream) => new(
            PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BufferSize, leaveOpen: true)), PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: BufferSize, leaveOpen: true)));
    }
}
