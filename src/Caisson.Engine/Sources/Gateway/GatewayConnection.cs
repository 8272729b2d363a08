using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Caisson.Oci.Web;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>One connection of a step's program to the gateway: requests one after another, with or without TLS below.</summary>
/// <remarks>RFC 9112; RFC 9110, section 9.3.6 (CONNECT).</remarks>
/// <param name="step">The step.</param>
/// <param name="socket">The connection.</param>
internal sealed class GatewayConnection(GatewayStep step, Socket socket)
{
    private const int MaxHeadBytes = 64 << 10;
    private const int MaxAddressLength = 16 << 10;
    private const byte TlsHandshake = 22;
    private const int HttpsPort = 443;
    private const int HttpPort = 80;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly int _port = ((IPEndPoint)socket.RemoteEndPoint!).Port; // it is connected

    /// <summary>Serves it to its end.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        socket.NoDelay = true;
        using NetworkStream stream = new(socket, ownsSocket: false);
        try
        {
            await ServeAsync(stream, authority: null, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException && !Linux.Native.SystemCallException.SaysDiskFull(e))
        {
            // The program went away, or the step ended.
        }
        catch (InvalidDataException e)
        {
            step.Refuse("something that is not HTTP", e.Message, _port, ends: false);
        }
    }

    // authority: the scheme, host and port of what lies behind CONNECT; null for a proxy's requests, which name it.
    private async Task ServeAsync(Stream stream, Uri? authority, CancellationToken ct)
    {
        PipeReader reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (await ReadHeadAsync(reader, ct).ConfigureAwait(false) is { } head)
            {
                if (head.Method == "CONNECT")
                {
                    if (authority is not null)
                        throw new InvalidDataException("it asks for a connection within a connection");
                    await ConnectAsync(head, reader, stream, ct).ConfigureAwait(false);
                    return;
                }
                if (!await AnswerAsync(head, authority, reader, stream, ct).ConfigureAwait(false))
                    return;
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> AnswerAsync(HttpHead head, Uri? authority, PipeReader reader, Stream stream, CancellationToken ct)
    {
        AnswerWriter writer = new(stream, head);
        if (head.Target.Length > MaxAddressLength || AddressOf(head, authority) is not { } address)
        {
            await writer.WriteTextAsync(400, "caisson: a proxy is asked with a whole address, beginning with http://\n", ct).ConfigureAwait(false);
            return false;
        }
        if (head.ExpectsContinue)
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), ct).ConfigureAwait(false);
        using RequestBody? body = RequestBody.Of(head, reader);
        bool isWhole = await new GatewayExchange(step, _port).RunAsync(GatewayRequest.Of(head, address, body), writer, ct).ConfigureAwait(false);
        return isWhole && head.KeepsAlive && writer.KeepsAlive && (body is null || body.Digest is not null);
    }

    private static Uri? AddressOf(HttpHead head, Uri? authority)
    {
        if (authority is null)
            return Uri.TryCreate(head.Target, UriKind.Absolute, out Uri? whole) && whole.Scheme is "http" or "https" && whole.Host.Length > 0 ? Plain(whole) : null;
        return head.Target.StartsWith('/') && Uri.TryCreate(authority.GetLeftPart(UriPartial.Authority) + head.Target, UriKind.Absolute, out Uri? address) ? Plain(address) : null;
    }

    // What is judged is what is sent: a fragment is not, and a user name goes as a field.
    private static Uri Plain(Uri address) => address.Fragment.Length + address.UserInfo.Length == 0 ? address : new UriBuilder(address) { Fragment = "", UserName = "", Password = "" }.Uri;

    private async Task ConnectAsync(HttpHead head, PipeReader reader, Stream stream, CancellationToken ct)
    {
        AnswerWriter writer = new(stream, head);
        if (!Uri.TryCreate("https://" + head.Target, UriKind.Absolute, out Uri? target) || target.AbsolutePath != "/" || target.UserInfo.Length > 0)
        {
            await writer.WriteTextAsync(400, "caisson: CONNECT names a host and a port\n", ct).ConfigureAwait(false);
            return;
        }
        RequestVerdict verdict = step.Parts.Rules.Judge("CONNECT", target);
        if (verdict.IsTunnel)
        {
            if (verdict.Denial is { } rule)
                await new GatewayExchange(step, _port).DenyAsync($"CONNECT {target.Authority}", rule, writer, ct).ConfigureAwait(false);
            else
                await new GatewayTunnel(step).RunAsync(target, reader, stream, writer, ct).ConfigureAwait(false);
            return;
        }
        await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), ct).ConfigureAwait(false);
        ReadResult first = await reader.ReadAsync(ct).ConfigureAwait(false);
        if (first.Buffer.IsEmpty)
            return;
        bool isTls = first.Buffer.FirstSpan[0] == TlsHandshake;
        reader.AdvanceTo(first.Buffer.Start);
        using JoinedStream joined = new(reader.AsStream(leaveOpen: true), stream);
        if (isTls)
            await ServeTlsAsync(joined, target, ct).ConfigureAwait(false);
        else
            await ServeAsync(joined, new UriBuilder("http", target.IdnHost, target.Port == HttpsPort ? HttpPort : target.Port).Uri, ct).ConfigureAwait(false);
    }

    private async Task ServeTlsAsync(Stream stream, Uri target, CancellationToken ct)
    {
        SslStream tls = new(stream, leaveInnerStreamOpen: true);
        await using (tls.ConfigureAwait(false))
        {
            X509Certificate2 certificate = step.Parts.Authority.Issue(target.IdnHost);
            SslServerAuthenticationOptions options = new()
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true),
                ApplicationProtocols = [SslApplicationProtocol.Http11],
            };
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            patience.CancelAfter(Patience);
            try
            {
                await tls.AuthenticateAsServerAsync(options, patience.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is AuthenticationException or IOException && !ct.IsCancellationRequested)
            {
                Distrusted(target);
                return;
            }
            try
            {
                await ServeAsync(tls, target, ct).ConfigureAwait(false);
            }
            catch (IOException e) when (e.InnerException is AuthenticationException or System.ComponentModel.Win32Exception || e.Message.Contains("alert", StringComparison.OrdinalIgnoreCase))
            {
                Distrusted(target); // with TLS 1.3 the client says so after the handshake
            }
        }
    }

    private void Distrusted(Uri target) =>
        step.Refuse($"https://{target.Authority}/", "the program does not trust the certificate authority of the gateway, which stands in for every host: it brings its own list of authorities; let the connection pass unseen with a rule (tls=tunnel), or give the program the file of SSL_CERT_FILE", _port, ends: false);

    private static async Task<HttpHead?> ReadHeadAsync(PipeReader reader, CancellationToken ct)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        while (true)
        {
            ReadResult read = await reader.ReadAsync(patience.Token).ConfigureAwait(false);
            ReadOnlyMemory<byte> bytes = read.Buffer.IsSingleSegment ? read.Buffer.First : System.Buffers.BuffersExtensions.ToArray(read.Buffer);
            int skipped = 0;
            while (skipped < bytes.Length && bytes.Span[skipped] is (byte)'\r' or (byte)'\n')
                skipped++; // RFC 9112, section 2.2
            int end = EndOfHead(bytes.Span[skipped..]);
            if (end >= 0)
            {
                HttpHead head = HttpHead.Read(bytes.Span.Slice(skipped, end));
                reader.AdvanceTo(read.Buffer.GetPosition(skipped + end));
                return head;
            }
            if (read.IsCompleted)
                return bytes.Length == skipped ? null : throw new InvalidDataException("it ends within the head of a request");
            if (bytes.Length > MaxHeadBytes)
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"the head of a request has more than {MaxHeadBytes} bytes"));
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    // The length of a head with the empty line that ends it; -1 when it goes on.
    private static int EndOfHead(ReadOnlySpan<byte> bytes)
    {
        int strict = bytes.IndexOf("\r\n\r\n"u8);
        int bare = bytes.IndexOf("\n\n"u8);
        if (strict < 0)
            return bare < 0 ? -1 : bare + 2;
        return bare >= 0 && bare < strict ? bare + 2 : strict + 4;
    }
}
