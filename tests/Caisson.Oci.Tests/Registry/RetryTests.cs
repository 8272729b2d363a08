using System.Net;
using System.Net.Sockets;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Registry;

public sealed class RetryTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_fails_for_a_while_is_asked_again_after_growing_delays()
    {
        int served = 0;
        await using ScriptedRegistry registry = new(exchange => FailAsync(exchange, ++served <= 3 ? 503 : 0));
        Image image = TestImages.Create("x");
        await registry.AddImageAsync(image, "1");
        LeapingTime time = new();
        using RegistryClient client = new(new RegistryOptions { Time = time });
        Assert.Equal(image.Descriptor.Digest, (await client.ResolveAsync(registry.Reference("app:1"), Ct)).Digest);
        Assert.Equal([250, 500, 1000], time.Leaps.Select(static l => l.TotalMilliseconds));
    }

    [Fact]
    public async Task A_storm_of_500_ends_in_a_transient_server_error()
    {
        await using ScriptedRegistry registry = new(static exchange => FailAsync(exchange, 500, """{"errors":[{"code":"UNKNOWN","message":"disk\u001b[31m full\nnow"}]}"""));
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime() });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(registry.Reference("team/app:1"), Ct));
        Assert.Equal(RegistryErrorKind.ServerError, e.Kind);
        Assert.Equal(HttpStatusCode.InternalServerError, e.Status);
        Assert.True(e.IsTransient);
        Assert.Equal($"{registry.Authority} failed with status 500 on team/app:1: disk [31m full now (UNKNOWN)", e.Message);
        Assert.Equal(5, registry.Requests.Count);
    }

    [Fact]
    public async Task A_registry_that_asks_to_wait_is_waited_for()
    {
        int served = 0;
        await using ScriptedRegistry registry = new(exchange => FailAsync(exchange, ++served == 1 ? 429 : 0, "", "Retry-After: 7"));
        await registry.AddImageAsync(TestImages.Create("x"), "1");
        LeapingTime time = new();
        using RegistryClient client = new(new RegistryOptions { Time = time });
        await client.ResolveAsync(registry.Reference("app:1"), Ct);
        Assert.Equal(TimeSpan.FromSeconds(7), Assert.Single(time.Leaps));
    }

    [Theory]
    [InlineData("Retry-After: Mon, 01 Jan 2024 00:00:09 GMT", 9)]
    [InlineData("Retry-After: Mon, 01 Jan 2024 10:00:09 GMT\nDate: Mon, 01 Jan 2024 10:00:00 GMT", 9)]
    [InlineData("Retry-After: Sun, 31 Dec 2023 00:00:00 GMT", 0.25)]
    [InlineData("Retry-After: soon", 0.25)]
    public async Task A_registry_may_say_until_when_to_wait(string header, double seconds)
    {
        int served = 0;
        await using ScriptedRegistry registry = new(exchange => FailAsync(exchange, ++served == 1 ? 503 : 0, "", header));
        await registry.AddImageAsync(TestImages.Create("x"), "1");
        LeapingTime time = new();
        using RegistryClient client = new(new RegistryOptions { Time = time });
        await client.ResolveAsync(registry.Reference("app:1"), Ct);
        Assert.Equal(TimeSpan.FromSeconds(seconds), Assert.Single(time.Leaps));
    }

    [Fact]
    public async Task A_registry_that_asks_to_wait_for_too_long_is_reported_at_once()
    {
        await using ScriptedRegistry registry = new(static exchange => FailAsync(exchange, 429, """{"errors":[{"code":"TOOMANYREQUESTS","message":"pull rate limit"}]}""", "Retry-After: 21600"));
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime() });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(registry.Reference("app:1"), Ct));
        Assert.Equal(RegistryErrorKind.RateLimited, e.Kind);
        Assert.Equal(TimeSpan.FromHours(6), e.RetryAfter);
        Assert.Single(registry.Requests);
    }

    [Fact]
    public async Task A_connection_that_is_reset_is_tried_again()
    {
        int served = 0;
        await using ScriptedRegistry registry = new(exchange =>
        {
            if (++served > 2)
                return Task.FromResult(false);
            exchange.Reset();
            return Task.FromResult(true);
        });
        await registry.AddImageAsync(TestImages.Create("x"), "1");
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime() });
        await client.GetManifestAsync(registry.Reference("app:1"), Ct);
        Assert.Equal(3, served);
    }

    [Theory]
    [InlineData(400, RegistryErrorKind.Rejected)]
    [InlineData(403, RegistryErrorKind.Denied)]
    [InlineData(404, RegistryErrorKind.NotFound)]
    [InlineData(405, RegistryErrorKind.Rejected)]
    [InlineData(413, RegistryErrorKind.TooLarge)]
    [InlineData(501, RegistryErrorKind.ServerError)]
    public async Task What_will_not_change_is_not_tried_again(int status, RegistryErrorKind kind)
    {
        await using ScriptedRegistry registry = new(exchange => FailAsync(exchange, status, "<html>no json</html>"));
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime() });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.GetManifestAsync(registry.Reference("app:1"), Ct));
        Assert.Equal(kind, e.Kind);
        Assert.False(e.IsTransient);
        Assert.Empty(e.Errors);
        Assert.Single(registry.Requests);
    }

    [Fact]
    public async Task A_host_where_nothing_listens_is_unreachable()
    {
        using TcpListener reserved = new(IPAddress.Loopback, 0);
        reserved.Start();
        int port = ((IPEndPoint)reserved.LocalEndpoint).Port;
        reserved.Stop();
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime(), Retry = new RetryPolicy { MaxAttempts = 2 } });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.ResolveAsync(Reference.Parse($"127.0.0.1:{port}/app"), Ct));
        Assert.Equal(RegistryErrorKind.Unreachable, e.Kind);
        Assert.Equal($"127.0.0.1:{port} cannot be reached: connection refused", e.Message);
    }

    [Fact]
    public async Task A_registry_that_never_answers_is_unreachable_after_the_idle_time()
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenSource over = new();
        await using ScriptedRegistry registry = new(async exchange =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, over.Token);
            return true;
        });
        LeapingTime time = new();
        using RegistryClient client = new(new RegistryOptions { Time = time, Retry = new RetryPolicy { MaxAttempts = 1 } });
        Task<Descriptor> resolve = client.ResolveAsync(registry.Reference("app:1"), Ct);
        await asked.Task;
        time.Advance(TimeSpan.FromMinutes(5));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => resolve);
        Assert.Equal($"{registry.Authority} does not answer in time", e.Message);
        await over.CancelAsync();
    }

    [Fact]
    public async Task Cancelling_while_waiting_for_a_retry_ends_at_once_as_a_cancellation()
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ScriptedRegistry registry = new(async exchange =>
        {
            await FailAsync(exchange, 503);
            asked.TrySetResult();
            return true;
        });
        RetryPolicy patient = new() { FirstDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) };
        using RegistryClient client = new(new RegistryOptions { Time = new LeapingTime(), Retry = patient });
        using CancellationTokenSource stop = new();
        Task<Descriptor> resolve = client.ResolveAsync(registry.Reference("app:1"), stop.Token);
        await asked.Task;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => resolve);
    }

    [Theory]
    [InlineData(1, 0.0, 125)]
    [InlineData(1, 1.0, 250)]
    [InlineData(3, 0.5, 750)]
    [InlineData(9, 1.0, 10_000)]
    public void Delays_double_up_to_a_limit_and_are_spread(int failures, double jitter, int expectedMs) =>
        Assert.Equal(expectedMs, new RetryPolicy { MaxAttempts = 99 }.DelayAfter(failures, null, jitter)?.TotalMilliseconds);

    private static async Task<bool> FailAsync(FaultExchange exchange, int status, string body = "", string headers = "")
    {
        if (status == 0)
            return false;
        await exchange.RespondAsync(status, headers, body);
        return true;
    }
}
