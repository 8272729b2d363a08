using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Caisson.Bench.Build;

/// <summary>A registry server on the loopback interface.</summary>
internal sealed class LoopbackRegistry : IAsyncDisposable
{
    private readonly Process _server;

    private readonly string _data;

    private LoopbackRegistry(Process server, string name, string data)
    {
        _server = server;
        Name = name;
        _data = data;
    }

    /// <summary>Its host and port.</summary>
    public string Name { get; }

    /// <summary>Starts it with an empty store.</summary>
    /// <param name="directory">Its store.</param>
    public static async Task<LoopbackRegistry> StartAsync(string directory)
    {
        int port = FreePort();
        Directory.CreateDirectory(directory);
        string config = Path.Combine(directory, "config.yml");
        await File.WriteAllTextAsync(config, $"version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\nstorage: {{filesystem: {{rootdirectory: {directory}/data}}, delete: {{enabled: true}}}}\nhttp: {{addr: \"127.0.0.1:{port}\"}}\n");
        Process server = Process.Start(new ProcessStartInfo("docker-registry", ["serve", config]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _ = server.StandardError.ReadToEndAsync();
        _ = server.StandardOutput.ReadToEndAsync();
        LoopbackRegistry registry = new(server, $"127.0.0.1:{port}", Path.Combine(directory, "data"));
        using HttpClient client = new();
        for (int i = 0; i < 200; i++)
        {
            try
            {
                using HttpResponseMessage answer = await client.GetAsync(new Uri($"http://{registry.Name}/v2/"));
                return registry;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50);
            }
        }
        throw new InvalidOperationException("the registry does not answer");
    }

    /// <summary>Removes everything that is in it.</summary>
    public void Empty()
    {
        if (Directory.Exists(_data))
            Directory.Delete(_data, recursive: true);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _server.Kill();
        await _server.WaitForExitAsync();
        _server.Dispose();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
