using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Caisson.Daemon.Proto.Control;
using Caisson.Daemon.Tests.Testing;

namespace Caisson.Daemon.Tests.EngineApi;

public sealed class SessionBuildTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_told_of_a_build_are_BuildKits_own_messages_and_then_the_image()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        byte[] context = await Context.TarAsync(("Other", "FROM scratch AS some\nARG X\nCOPY f /f\nLABEL x=$X\nFROM scratch\nCOPY none /\n"), ("f", "content"));
        JsonElement[] messages = await daemon.BuildAsync("?version=2&t=built:1&t=again&dockerfile=Other&target=some&buildargs=%7B%22X%22%3A%221%22,%22Y%22%3Anull%7D&labels=%7B%22l%22%3A%22m%22%7D&memory=1000&ulimits=%5B%7B%22Name%22%3A%22nofile%22,%22Soft%22%3A-1,%22Hard%22%3A-1%7D%5D", context);
        StatusResponse[] told = [.. messages[..^1].Select(Status)];
        Assert.Contains(told.SelectMany(static s => s.Vertexes), static v => v.Name.EndsWith("COPY f /f", StringComparison.Ordinal) && v.Completed is not null);
        Assert.Contains(told.SelectMany(static s => s.Warnings), static w => w.Short.ToStringUtf8().StartsWith("--memory is not used", StringComparison.Ordinal));
        Assert.Equal("moby.image.id", messages[^1].GetProperty("id").GetString());
        string id = messages[^1].GetProperty("aux").GetProperty("ID").GetString()!;
        JsonElement image = await daemon.GetAsync("v1.47/images/again/json");
        Assert.Equal(id, image.GetProperty("Id").GetString());
        Assert.Equal("1", image.GetProperty("Config").GetProperty("Labels").GetProperty("x").GetString());
        Assert.Equal("m", image.GetProperty("Config").GetProperty("Labels").GetProperty("l").GetString());
    }

    [Fact]
    public async Task Steps_are_told_with_those_that_they_work_on()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        byte[] context = await Context.TarAsync(("Dockerfile", "FROM scratch AS a\nCOPY f /f\nFROM scratch\nCOPY f /g\nCOPY --from=a /f /h\n"), ("f", "x"));
        Vertex[] told = [.. (await daemon.BuildAsync("?version=2", context))[..^1].Select(Status).SelectMany(static s => s.Vertexes)];
        Vertex Of(string step) => told.First(v => v.Name.EndsWith(step, StringComparison.Ordinal));
        Assert.Equal([Of("COPY f /f").Digest, Of("COPY f /g").Digest], Of("COPY --from=a /f /h").Inputs.OrderBy(i => i == Of("COPY f /g").Digest));
        Assert.Empty(Of("COPY f /f").Inputs);
    }

    [Fact]
    public async Task A_build_that_fails_ends_with_why()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        JsonElement[] messages = await daemon.BuildAsync("?version=2", await Context.TarAsync(("Dockerfile", "FROM scratch\nCOPY f /\nCOPY none /\n"), ("f", "x")));
        Assert.Contains("none", messages[^1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(messages[^1].GetProperty("error").GetString(), messages[^1].GetProperty("errorDetail").GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("# check=error=true\nFROM scratch as a\nCOPY f /f\n", "")]
    [InlineData("FROM scratch as a\nCOPY f /f\n", "&buildargs=%7B%22BUILDKIT_DOCKERFILE_CHECK%22%3A%22error=true%22%7D")]
    public async Task Warnings_that_fail_a_build_are_told(string dockerfile, string arguments)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        JsonElement[] messages = await daemon.BuildAsync("?version=2" + arguments, await Context.TarAsync(("Dockerfile", dockerfile), ("f", "x")));
        string warning = Assert.Single(messages[..^1].Select(Status).SelectMany(static s => s.Warnings)).Short.ToStringUtf8();
        Assert.StartsWith("FromAsCasing: ", warning, StringComparison.Ordinal);
        Assert.StartsWith("warnings are errors here: FromAsCasing", messages[^1].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quietly_the_id_alone_is_told_unless_it_fails()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        JsonElement message = Assert.Single(await daemon.BuildAsync("?version=2&q=1", await Context.TarAsync(("Dockerfile", "FROM scratch\nLABEL a=b\n"))));
        Assert.StartsWith("sha256:", message.GetProperty("stream").GetString(), StringComparison.Ordinal);
        JsonElement[] messages = await daemon.BuildAsync("?version=2&q=1", await Context.TarAsync(("Dockerfile", "FROM scratch\nCOPY f /\nCOPY none /\n"), ("f", "x")));
        Assert.NotEmpty(Status(messages[0]).Vertexes);
        Assert.Contains("none", messages[^1].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_context_may_come_with_a_request_of_its_own_whichever_is_first(bool contextFirst)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        byte[] context = await Context.TarAsync(("Dockerfile", "FROM scratch\nCOPY f /f\n"), ("f", "x"));
        Task<HttpResponseMessage> Send() => daemon.Client.PostAsync("v1.41/build?version=2&buildid=upload-request:b1", new ByteArrayContent(context), Ct);
        Task<HttpResponseMessage>? sending = contextFirst ? Send() : null;
        Task<JsonElement[]> building = daemon.BuildAsync("?version=2&buildid=b1&remote=upload-request", []);
        sending ??= Send();
        Assert.Equal("moby.image.id", (await building)[^1].GetProperty("id").GetString());
        using HttpResponseMessage sent = await sending;
        Assert.Equal(HttpStatusCode.OK, sent.StatusCode);
    }

    [Fact]
    public async Task A_build_ends_when_it_is_cancelled_by_its_name()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        // A server that does not answer: the build waits for its context.
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        Task<HttpResponseMessage> building = daemon.Client.PostAsync($"v1.41/build?version=2&buildid=b2&remote=http://{silent.LocalEndpoint}/context", content: null, Ct);
        using Socket asked = await silent.AcceptSocketAsync(Ct);
        using HttpResponseMessage cancelled = await daemon.Client.PostAsync("v1.41/build/cancel?id=b2", content: null, Ct);
        Assert.Equal(HttpStatusCode.NoContent, cancelled.StatusCode);
        using HttpResponseMessage answer = await building;
        Assert.Contains("context canceled", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("remote=/etc", "could not be recognized as URL")]
    [InlineData("networkmode=bridge", "network mode \"bridge\" not supported by buildkit")]
    [InlineData("outputs=%5B%7B%7D,%7B%7D%5D", "multiple outputs not supported")]
    [InlineData("outputs=1", "invalid outputs")]
    [InlineData("outputs=%5B%7B%22Type%22%3A%22strange%22%7D%5D", "strange")]
    [InlineData("outputs=%5B%7B%22Type%22%3A%22local%22%7D%5D", "the client is not there")]
    [InlineData("cachefrom=%5B1%5D", "cachefrom is a list of names")]
    [InlineData("t=UPPER", "invalid reference format")]
    [InlineData("extrahosts=x", "add-host")]
    [InlineData("platform=a/b/c/d/e", "is no platform")]
    [InlineData("securityopt=x", "security options")]
    public async Task What_is_not_understood_is_refused_before_anything_is_told(string query, string reason)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        using HttpResponseMessage answer = await daemon.Client.PostAsync("build?version=2&" + query, new ByteArrayContent(await Context.TarAsync(("Dockerfile", "FROM scratch\n"))), Ct);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(reason, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static StatusResponse Status(JsonElement message)
    {
        Assert.Equal("moby.buildkit.trace", message.GetProperty("id").GetString());
        return StatusResponse.Parser.ParseFrom(message.GetProperty("aux").GetBytesFromBase64());
    }
}
