using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Caisson.Daemon.Hosting;
using Caisson.Engine;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Daemon.Tests.Testing;

/// <summary>A daemon with a store of its own, and a client that speaks to it.</summary>
internal sealed class TestDaemon : IAsyncDisposable
{
    private readonly TempDirectory _directory;
    private readonly BuildEngine _engine;
    private readonly BuildDaemon _daemon;

    private TestDaemon(TempDirectory directory, BuildEngine engine, BuildDaemon daemon)
    {
        _directory = directory;
        _engine = engine;
        _daemon = daemon;
        Client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, ct) => new NetworkStream(await ConnectAsync(ct), ownsSocket: true),
        })
        { BaseAddress = new Uri("http://daemon/") };
    }

    public HttpClient Client { get; }

    public BuildEngine Engine => _engine;

    public BuildDaemon Daemon => _daemon;

    public string SocketPath => System.IO.Path.Combine(_directory.Path, "c.sock");

    /// <summary>Starts one.</summary>
    /// <param name="configure">Says what is other than usual.</param>
    /// <param name="storeTime">The clock of the store; null for the usual one.</param>
    /// <param name="maxSizeBytes">How large the store may be; null for no limit.</param>
    public static async Task<TestDaemon> StartAsync(Func<DaemonOptions, DaemonOptions>? configure = null, TimeProvider? storeTime = null, long? maxSizeBytes = null)
    {
        TempDirectory directory = new();
        BuildEngine engine = await BuildEngine.OpenAsync(new BuildEngineOptions { StatePath = System.IO.Path.Combine(directory.Path, "store"), SearchPath = "/usr/sbin:/usr/bin:/sbin:/bin", Time = storeTime ?? TimeProvider.System, MaxSizeBytes = maxSizeBytes });
        Assert.True(DaemonAddress.TryParse($"unix://{directory.Path}/c.sock", out DaemonAddress? address, out _));
        DaemonOptions options = new() { Addresses = [address] };
        BuildDaemon daemon = new(engine, configure?.Invoke(options) ?? options);
        await daemon.StartAsync(CancellationToken.None);
        return new TestDaemon(directory, engine, daemon);
    }

    /// <summary>A connection to it.</summary>
    public async Task<Socket> ConnectAsync(CancellationToken ct)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), ct);
        return socket;
    }

    /// <summary>Asks for something that is JSON.</summary>
    public async Task<JsonElement> GetAsync(string path) => JsonDocument.Parse(await Client.GetStringAsync(path, TestContext.Current.CancellationToken)).RootElement;

    /// <summary>Asks for something, and gives the answer whatever it is.</summary>
    public async Task<(HttpStatusCode Status, string Text)> AskAsync(HttpMethod method, string path, byte[]? body = null)
    {
        using HttpRequestMessage question = new(method, path) { Content = body is null ? null : new ByteArrayContent(body) };
        using HttpResponseMessage answer = await Client.SendAsync(question, TestContext.Current.CancellationToken);
        return (answer.StatusCode, (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).TrimEnd());
    }

    /// <summary>Puts an image into the store, for one platform or for several.</summary>
    public async Task AddAsync(string? name, params Image[] images)
    {
        OciLayout layout = await OciLayout.OpenAsync(_engine.Images.LayoutPath, ct: TestContext.Current.CancellationToken);
        Reference? reference = name is null ? null : Reference.Parse(name);
        if (images is [var only])
            await layout.AddImageAsync(only, reference, TestContext.Current.CancellationToken);
        else
            await layout.AddImageAsync(MultiPlatformImage.Create([.. images]), reference, TestContext.Current.CancellationToken);
    }

    /// <summary>Builds, and returns the messages.</summary>
    public async Task<JsonElement[]> BuildAsync(string query, byte[] tar)
    {
        using HttpResponseMessage answer = await Client.PostAsync("v1.47/build" + query, new ByteArrayContent(tar), TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return [.. text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(static l => JsonDocument.Parse(l).RootElement)];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _daemon.StopAsync(TimeSpan.FromSeconds(10));
        await _daemon.DisposeAsync();
        await _engine.DisposeAsync();
        _directory.Dispose();
    }
}
