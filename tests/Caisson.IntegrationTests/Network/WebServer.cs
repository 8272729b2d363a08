using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Network;

/// <summary>A server of files with TLS on loopback, which steps know as <c>https://files.example</c>.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2 _certificate;
    private readonly ConcurrentDictionary<string, string> _redirects = new();
    private readonly Task _serving;

    public WebServer()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=test server", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _directory.File("ca.pem", _certificate.ExportCertificatePem());
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>The directory of its files.</summary>
    public string Files => _directory.Make("files");

    /// <summary>The certificate that it is trusted by.</summary>
    public string CertificatePath => _directory["ca.pem"];

    /// <summary>Where it really is.</summary>
    public string Address => $"https://{_listener.LocalEndpoint}";

    /// <summary>What it was asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>A rule that leads there.</summary>
    public string Rule => """{"action":"CONVERT","selector":{"identifier":"https://files.example/*"},"updates":{"identifier":"ADDRESS/$1"}}""".Replace("ADDRESS", Address, StringComparison.Ordinal);

    /// <summary>A rule that lets whatever is there be used.</summary>
    public string Allow => """{"action":"ALLOW","selector":{"identifier":"ADDRESS/*"}}""".Replace("ADDRESS", Address, StringComparison.Ordinal);

    /// <summary>Adds a file.</summary>
    public WebServer File(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Files, path))!);
        System.IO.File.WriteAllText(Path.Combine(Files, path), content);
        return this;
    }

    /// <summary>Answers a path with another address.</summary>
    public WebServer Redirect(string path, string to)
    {
        _redirects["/" + path] = to;
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        if (_serving.IsCompleted)
            return;
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
        _certificate.Dispose();
        _directory.Dispose();
    }

    private async Task ServeAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                connections.Add(AnswerAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        try
        {
            using TcpClient own = client;
            await using SslStream tls = new(client.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
            using StreamReader reader = new(tls, Encoding.Latin1, leaveOpen: true);
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
            {
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 })
                {
                    // No field matters.
                }
                await tls.WriteAsync(AnswerTo(line), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // The client has gone.
        }
    }

    private byte[] AnswerTo(string line)
    {
        string path = Uri.UnescapeDataString(line.Split(' ')[1].Split('?')[0]);
        Asked.Enqueue(path);
        if (_redirects.TryGetValue(path, out string? to))
            return Encoding.ASCII.GetBytes($"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
        string file = Path.Combine(Files, path.TrimStart('/'));
        if (!System.IO.File.Exists(file))
            return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"u8.ToArray();
        byte[] content = System.IO.File.ReadAllBytes(file);
        byte[] head = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {content.Length}\r\n\r\n");
        return line.StartsWith("HEAD ", StringComparison.Ordinal) ? head : [.. head, .. content];
    }
}
