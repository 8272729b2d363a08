using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Registry;

/// <summary>Downloads from a server that misbehaves.</summary>
public sealed class BlobDownloadTests
{
    private static readonly byte[] Content = TestImages.Noise(300_000);
    private static readonly Descriptor Blob = Descriptor.Of("application/octet-stream", Content);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_broken_transfer_is_taken_up_where_it_broke()
    {
        int served = 0;
        await using ScriptedRegistry registry = new(async exchange =>
        {
            if (++served > 3)
                return false;
            await exchange.StartAsync(exchange.RangeStart == 0 ? 200 : 206, exchange.RangeStart == 0
                ? $"Content-Length: {Content.Length}"
                : $"Content-Length: {Content.Length - exchange.RangeStart}\nContent-Range: bytes {exchange.RangeStart}-{Content.Length - 1}/{Content.Length}");
            await exchange.WriteAsync(Content[exchange.RangeStart..(exchange.RangeStart + 50_000)]);
            exchange.Close();
            return true;
        });
        registry.AddBlob(Content);
        LeapingTime time = new();
        using RegistryClient client = new(new RegistryOptions { Time = time });
        Assert.Equal(Content, await ReadAsync(client, registry));
        Assert.Equal([null, "bytes=50000-", "bytes=100000-", "bytes=150000-"], registry.Requests.Select(static r => r.Headers.GetValueOrDefault("Range")));
        Assert.Equal([250, 500, 1000], time.Leaps.Select(static l => l.TotalMilliseconds));
    }

    [Fact]
    public async Task A_registry_that_is_not_there_cannot_be_reached()
    {
        string stopped;
        await using (FaultServer server = new(static exchange => exchange.RespondAsync(200)))
            stopped = server.Authority;
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime() });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.BlobsOf(Reference.Parse($"{stopped}/app")).OpenBlobAsync(Blob, Ct));
        Assert.Equal(RegistryErrorKind.Unreachable, e.Kind);
    }

    [Fact]
    public async Task A_server_that_ignores_the_range_is_read_again_from_the_beginning()
    {
        int served = 0;
        await using ScriptedRegistry registry = new(async exchange =>
        {
            bool breaks = ++served == 1;
            await exchange.StartAsync(200, $"Content-Length: {Content.Length}");
            await exchange.WriteAsync(breaks ? Content[..120_000] : Content);
            if (breaks)
                exchange.Close();
            return true;
        });
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime() });
        Assert.Equal(Content, await ReadAsync(client, registry));
        Assert.Equal(2, served);
    }

    [Fact]
    public async Task A_transfer_that_never_gets_on_fails_after_a_bounded_number_of_attempts()
    {
        await using ScriptedRegistry registry = new(static async exchange =>
        {
            await exchange.StartAsync(200, $"Content-Length: {Content.Length}");
            exchange.Close();
            return true;
        });
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime(), Retry = new RetryPolicy { MaxAttempts = 3 } });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(client, registry));
        Assert.Equal(RegistryErrorKind.Unreachable, e.Kind);
        Assert.True(e.IsTransient);
        Assert.Equal(3, registry.Requests.Count);
        Assert.Contains("after 0 of 300000 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_counts_as_a_break()
    {
        TaskCompletionSource silent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int served = 0;
        await using ScriptedRegistry registry = new(async exchange =>
        {
            if (++served > 1)
                return false;
            await exchange.StartAsync(200, $"Content-Length: {Content.Length}");
            await exchange.WriteAsync(Content[..1000]);
            silent.SetResult();
            return true; // the connection stays open
        });
        registry.AddBlob(Content);
        LeapingTime time = new();
        using RegistryClient client = new(new RegistryOptions { Time = time, IdleTimeout = TimeSpan.FromMinutes(3) });
        await using Stream stream = await client.BlobsOf(registry.Reference("app")).OpenBlobAsync(Blob, Ct);
        await stream.ReadExactlyAsync(new byte[1000], Ct);
        Task<int> next = stream.ReadAsync(new byte[1000], Ct).AsTask();
        await silent.Task;
        time.Advance(TimeSpan.FromMinutes(3));
        Assert.NotEqual(0, await next);
        Assert.Equal("bytes=1000-", registry.Requests[1].Headers["Range"]);
    }

    [Fact]
    public async Task Content_with_another_digest_is_never_handed_over_whole()
    {
        byte[] wrong = [.. Content];
        wrong[^1] ^= 1;
        await using ScriptedRegistry registry = new(exchange => Answer(exchange.RespondAsync(200, "", wrong)));
        using RegistryClient client = new(new RegistryOptions());
        await Assert.ThrowsAsync<InvalidImageException>(() => ReadAsync(client, registry));
        Assert.Single(registry.Requests);
    }

    [Fact]
    public async Task Content_of_another_size_is_refused_before_it_is_read()
    {
        await using ScriptedRegistry registry = new(static exchange => Answer(exchange.RespondAsync(200, "", Content[..^1])));
        using RegistryClient client = new(new RegistryOptions());
        await Assert.ThrowsAsync<InvalidImageException>(() => client.BlobsOf(registry.Reference("app")).OpenBlobAsync(Blob, Ct));
    }

    [Fact]
    public async Task A_body_without_end_is_read_no_further_than_the_blob_is_long()
    {
        await using ScriptedRegistry registry = new(static async exchange =>
        {
            await exchange.StartAsync(200, "Connection: close");
            while (true) // ends when the client has gone
                await exchange.WriteAsync(Content);
        });
        using RegistryClient client = new(new RegistryOptions());
        await Assert.ThrowsAsync<InvalidImageException>(() => ReadAsync(client, registry));
    }

    [Fact]
    public async Task A_body_that_ends_early_without_saying_how_long_it_is_is_asked_for_again()
    {
        await using ScriptedRegistry registry = new(static async exchange =>
        {
            if (exchange.RangeStart > 0)
            {
                await exchange.RespondAsync(416);
                return true;
            }
            await exchange.StartAsync(200, "Connection: close");
            await exchange.WriteAsync(Content[..1000]);
            exchange.Close();
            return true;
        });
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime() });
        InvalidImageException e = await Assert.ThrowsAsync<InvalidImageException>(() => ReadAsync(client, registry));
        Assert.Contains("fewer bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_ends_a_silent_download()
    {
        await using ScriptedRegistry registry = new(static async exchange =>
        {
            await exchange.StartAsync(200, $"Content-Length: {Content.Length}");
            return true;
        });
        using RegistryClient client = new(new RegistryOptions());
        using CancellationTokenSource stop = new();
        await using Stream stream = await client.BlobsOf(registry.Reference("app")).OpenBlobAsync(Blob, Ct);
        Task<int> read = stream.ReadAsync(new byte[10], stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    private static async Task<byte[]> ReadAsync(RegistryClient client, ScriptedRegistry registry)
    {
        await using Stream stream = await client.BlobsOf(registry.Reference("app")).OpenBlobAsync(Blob, Ct);
        using MemoryStream copy = new();
        await stream.CopyToAsync(copy, Ct);
        return copy.ToArray();
    }

    private static async Task<bool> Answer(Task answer)
    {
        await answer;
        return true;
    }
}
