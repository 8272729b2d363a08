using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Caisson.Daemon.Grpc;
using Caisson.Daemon.Proto.Control;
using Caisson.Daemon.Tests.Testing;
using ControlClient = Caisson.Daemon.Proto.Control.Control.ControlClient;

namespace Caisson.Daemon.Tests.EngineApi;

public sealed class SystemRoutesTests
{
    [Fact]
    public async Task A_ping_says_what_is_spoken()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        foreach (HttpMethod method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
        {
            using HttpResponseMessage answer = await daemon.Client.SendAsync(new HttpRequestMessage(method, "_ping"), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("1.51", answer.Headers.GetValues("Api-Version").Single());
            Assert.Equal("linux", answer.Headers.GetValues("Ostype").Single());
            Assert.Single(answer.Headers.GetValues("Builder-Version"));
        }
    }

    [Theory]
    [InlineData("version", 200, "\"ApiVersion\":\"1.51\"")]
    [InlineData("v1.24/version", 200, "MinAPIVersion")]
    [InlineData("v1.51/info", 200, "\"OSType\":\"linux\"")]
    [InlineData("v1.23/version", 400, "too old")]
    [InlineData("v1.99/version", 400, "too new")]
    [InlineData("v9.99/version", 400, "client version 9.99 is too new. Maximum supported API version is 1.51")]
    [InlineData("v99999999999/version", 400, "too new")]
    [InlineData("v1.51.1/version", 400, "too new")]
    [InlineData("v1.40.0/version", 200, "MinAPIVersion")]
    [InlineData("v0.99/version", 400, "too old")]
    [InlineData("v1/version", 400, "too old")]
    [InlineData("v1.x/version", 404, "page not found")]
    [InlineData("nonsense", 404, "page not found")]
    [InlineData("v1.47/containers/json", 501, "caisson builds images and runs no containers")]
    [InlineData("networks", 501, "networks are for an engine that runs containers")]
    [InlineData("images/search?term=x", 501, "there is no search")]
    [InlineData("containers/some/json", 404, "No such container: some")]
    [InlineData("containers/registry.example/some:1/json", 404, "No such container: registry.example/some:1")]
    [InlineData("containers/some/logs", 501, "caisson builds images and runs no containers")]
    [InlineData("images/none/json", 404, "No such image: none")]
    [InlineData("images/json?filters=%7B%22colour%22%3A%5B%22red%22%5D%7D", 400, "invalid filter 'colour'")]
    [InlineData("images/json?filters=nonsense", 400, "filters is no JSON")]
    [InlineData("images/UPPER/json", 404, "No such image")]
    public async Task An_address_is_answered_or_refused_with_the_reason(string address, int status, string text)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        using HttpResponseMessage answer = await daemon.Client.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(text, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_are_told_as_they_come_and_end_with_the_daemon()
    {
        TestDaemon daemon = await TestDaemon.StartAsync();
        await using (daemon)
        {
            using HttpResponseMessage listening = await daemon.Client.GetAsync("events?filters=%7B%22event%22%3A%5B%22tag%22%5D%7D", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            using StreamReader told = new(await listening.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), Encoding.UTF8);
            await daemon.BuildAsync("?t=e:1", await Context.TarAsync(("Dockerfile", "FROM scratch\nLABEL a=b\n")));
            JsonElement happened = JsonDocument.Parse((await told.ReadLineAsync(TestContext.Current.CancellationToken))!).RootElement;
            Assert.Equal(("image", "tag", "e:1"), (happened.GetProperty("Type").GetString(), happened.GetProperty("Action").GetString(), happened.GetProperty("Actor").GetProperty("Attributes").GetProperty("name").GetString()));
            await daemon.Daemon.StopAsync(TimeSpan.FromMinutes(1));
            Assert.Null(await told.ReadLineAsync(TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData("moby")]
    [InlineData("image")]
    public async Task Builds_of_BuildKits_clients_tell_of_the_images_that_they_store(string exporter)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        await using GrpcConnection connection = new(new NetworkStream(await daemon.ConnectAsync(TestContext.Current.CancellationToken), ownsSocket: true), TimeProvider.System);
        LlbGraph graph = new();
        SolveRequest request = new() { Ref = "r", Definition = graph.Resulting(graph.File(null, LlbGraph.MakeFile("/f", exporter))) };
        request.Exporters.Add(new Exporter { Type = exporter, Attrs = { ["name"] = "e:1,e" } });
        await new ControlClient(connection.Calls).SolveAsync(request, cancellationToken: TestContext.Current.CancellationToken);
        string id = Assert.Single((await daemon.GetAsync("images/json")).EnumerateArray()).GetProperty("Id").GetString()!;
        string now = ((TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + 1) / 1000m).ToString(CultureInfo.InvariantCulture);
        string[] told = (await daemon.Client.GetStringAsync("events?since=0&until=" + now, TestContext.Current.CancellationToken)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([("tag", id, "e:1"), ("tag", id, "e:latest"), ("create", id, id)], told.Select(static t => JsonDocument.Parse(t).RootElement).Select(static e =>
            (e.GetProperty("Action").GetString(), e.GetProperty("id").GetString(), e.GetProperty("Actor").GetProperty("Attributes").GetProperty("name").GetString())));
    }

    [Theory]
    [InlineData("nonsense", 400)]
    [InlineData("[]", 400)]
    [InlineData("{\"serveraddress\":\"127.0.0.1:1\"}", 401)]
    public async Task A_login_that_cannot_be_read_is_refused(string body, int status)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        using HttpResponseMessage answer = await daemon.Client.PostAsync("auth", new StringContent(body), TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
    }
}
