using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Caisson.Oci.Tests.Services;

/// <summary>A service of the web in the test process, on a port of its own.</summary>
public abstract class LoopbackService : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private Task _serving = Task.CompletedTask;

    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        GC.SuppressFinalize(this);
    }

    protected void Listen()
    {
        for (int attempt = 0; ; attempt++)
        {
            using TcpListener free = new(IPAddress.Loopback, 0);
            free.Start();
            int port = ((IPEndPoint)free.LocalEndpoint).Port;
            free.Stop();
            _listener.Prefixes.Clear();
            _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                _listener.Start();
                Address = new Uri($"http://127.0.0.1:{port}/");
                _serving = ServeAsync();
                return;
            }
            catch (HttpListenerException) when (attempt < 20)
            {
            }
        }
    }

    /// <summary>Answers a request; what it throws is told to the client as a failure of the service.</summary>
    protected abstract void Answer(HttpListenerContext context, byte[] body);

    protected static void Send(HttpListenerContext context, int status, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength64 = context.Request.HttpMethod == "HEAD" ? 0 : body.Length;
        if (context.Request.HttpMethod != "HEAD")
            context.Response.OutputStream.Write(body);
        context.Response.Close();
    }

    protected static void Send(HttpListenerContext context, int status, string text = "") => Send(context, status, Encoding.UTF8.GetBytes(text));

    /// <summary>Sends content, or the range of it that is asked for.</summary>
    protected static void SendContent(HttpListenerContext context, byte[] content)
    {
        if (context.Request.Headers["Range"] is not { } range)
        {
            Send(context, 200, content);
            return;
        }
        int from = int.Parse(range["bytes=".Length..].TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture);
        context.Response.AddHeader("Content-Range", $"bytes {from}-{content.Length - 1}/{content.Length}");
        Send(context, 206, content[from..]);
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context = await _listener.GetContextAsync();
            _ = Task.Run(async () =>
            {
                try
                {
                    using MemoryStream body = new();
                    await context.Request.InputStream.CopyToAsync(body);
                    Answer(context, body.ToArray());
                }
                catch (Exception e) when (e is not HttpListenerException and not ObjectDisposedException)
                {
                    Send(context, 500, e.ToString());
                }
            });
        }
    }
}
