using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Caisson.Daemon.Tests.Testing;
using Caisson.Oci.Tar;

namespace Caisson.Daemon.Tests.EngineApi;

public sealed class ClassicBuildTests
{
    [Fact]
    public async Task A_build_tells_its_steps_in_the_order_of_the_Dockerfile_and_then_the_image()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        byte[] context = await Context.TarAsync(("Dockerfile", "ARG X=1\nFROM scratch AS a\nCOPY f /f\nFROM scratch AS b\nCOPY f /g\nFROM a\nCOPY --from=a /f /h\nCMD [\"/h\"]\n"), ("f", "content"));
        JsonElement[] messages = await daemon.BuildAsync("?t=built:1&t=again&buildargs=%7B%22Z%22%3A%221%22%7D&labels=%7B%22l%22%3A%22m%22%7D&memory=1000&cpusetcpus=0&cpuquota=0", context);
        string[] lines = StreamOf(messages);
        Assert.Equal(
            ["Step 1/9 : ARG X=1\n", "Step 2/9 : FROM scratch AS a\n", "Step 3/9 : COPY f /f\n", "Step 4/9 : FROM scratch AS b\n", "Step 5/9 : COPY f /g\n", "Step 6/9 : FROM a\n", "Step 7/9 : COPY --from=a /f /h\n", "Step 8/9 : CMD [\"/h\"]\n", "Step 9/9 : LABEL l=m\n"],
            lines.Where(static l => l.StartsWith("Step ", StringComparison.Ordinal)));
        string id = IdOf(messages);
        Assert.Equal([$"Successfully built {id[7..19]}\n", "Successfully tagged built:1\n", "Successfully tagged again:latest\n"], lines[^3..]);
        Assert.Contains("[Warning] One or more build-args [Z] were not consumed\n", lines);
        Assert.Equal(["--memory", "--cpuset-cpus"], lines.Where(static l => l.Contains(" is not used: ", StringComparison.Ordinal)).Select(static l => l.Split(' ')[1]));
        Assert.Equal(2, lines.Count(static l => l.Contains("Skipped", StringComparison.Ordinal)));
        JsonElement image = await daemon.GetAsync($"v1.47/images/{id[7..15]}/json");
        Assert.Equal(id, image.GetProperty("Id").GetString());
        Assert.Equal("m", image.GetProperty("Config").GetProperty("Labels").GetProperty("l").GetString());

        string[] second = StreamOf(await daemon.BuildAsync("?t=built:1", context));
        Assert.Equal(2, second.Count(static l => l == " ---> Using cache\n"));
    }

    [Theory]
    [InlineData(0, 71)]
    [InlineData(7, 64)]
    [InlineData(7, 12)]
    public async Task Images_of_the_store_may_be_named_by_their_ids(int start, int length)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        string id = IdOf(await daemon.BuildAsync("?t=base", await Context.TarAsync(("Dockerfile", "FROM scratch\nCOPY f /f\nLABEL a=b\n"), ("f", "x"))));
        string name = id.Substring(start, length);
        JsonElement[] messages = await daemon.BuildAsync("?t=derived", await Context.TarAsync(("Dockerfile", $"FROM {name}\nCOPY --from={name} /f /g\n")));
        Assert.Contains(messages, m => m.TryGetProperty("stream", out JsonElement said) && said.GetString() == $" ---> {id[7..19]}\n");
        JsonElement image = await daemon.GetAsync("v1.47/images/derived/json");
        Assert.Equal("b", image.GetProperty("Config").GetProperty("Labels").GetProperty("a").GetString());
        Assert.Equal(2, image.GetProperty("RootFS").GetProperty("Layers").GetArrayLength());
    }

    [Fact]
    public async Task What_a_base_image_triggers_is_named_and_its_arguments_are_used()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        await daemon.BuildAsync("?t=base", await Context.WithShellAsync("FROM scratch\nCOPY busybox /bin/sh\nONBUILD ARG CODE\nONBUILD RUN exit $CODE\n"));
        byte[] context = await Context.TarAsync(("Dockerfile", "FROM base\n"));
        string warning = Assert.Single(StreamOf(await daemon.BuildAsync("?buildargs=%7B%22CODE%22%3A%220%22,%22OTHER%22%3A%22%22%7D", context)), static l => l.StartsWith("[Warning]", StringComparison.Ordinal));
        Assert.Equal("[Warning] One or more build-args [OTHER] were not consumed\n", warning);
        string[] lines = StreamOf(await daemon.BuildAsync("?nocache=1&buildargs=%7B%22CODE%22%3A%220%22%7D", await Context.TarAsync(("Dockerfile", "FROM base\nRUN echo own\n"))));
        int triggers = Array.IndexOf(lines, "# Executing 2 build triggers\n");
        Assert.Equal("Step 1/2 : FROM base\n", lines[triggers - 1]);
        Assert.StartsWith(" ---> Running in ", lines[triggers + 1], StringComparison.Ordinal);
        Assert.Equal("Step 2/2 : RUN echo own\n", lines[triggers + 4]);
        JsonElement[] failed = await daemon.BuildAsync("?buildargs=%7B%22CODE%22%3A%225%22%7D", context);
        Assert.Equal("The command '/bin/sh -c exit $CODE' returned a non-zero code: 5", failed[^1].GetProperty("error").GetString());
    }

    [Fact]
    public async Task Quietly_built_the_id_alone_is_told()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        JsonElement message = Assert.Single(await daemon.BuildAsync("?q=1", await Context.TarAsync(("Dockerfile", "FROM scratch\nLABEL a=b\n"))));
        Assert.StartsWith("sha256:", message.GetProperty("stream").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FROM scratch\nCOPY f /a\nCOPY f /b\nENV A=b\n", 1, "create new from sha256:")]
    [InlineData("FROM scratch AS base\nCOPY f /a\nFROM base\nCOPY f /b\nCOPY f /c\n", 2, "merge sha256:")]
    [InlineData("FROM scratch AS base\nCOPY f /a\nFROM base\nENV A=b\n", 1, "caisson")]
    public async Task A_squashed_image_has_one_layer_on_its_base(string dockerfile, int layers, string comment)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        byte[] context = await Context.TarAsync(("Dockerfile", dockerfile), ("f", "content"));
        await daemon.BuildAsync("?squash=1&t=squashed", context);
        JsonElement image = await daemon.GetAsync("v1.47/images/squashed/json");
        Assert.Equal(layers, image.GetProperty("RootFS").GetProperty("Layers").GetArrayLength());
        Assert.StartsWith(comment, (await daemon.GetAsync("v1.47/images/squashed/history"))[0].GetProperty("Comment").GetString(), StringComparison.Ordinal);
        await daemon.BuildAsync("?squash=1&nocache=1&t=again", context);
        Assert.Equal(image.GetProperty("Id").GetString(), (await daemon.GetAsync("v1.47/images/again/json")).GetProperty("Id").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_the_daemon_ends_a_client_whose_build_goes_on_is_told(bool isHurried)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        using Socket client = await daemon.ConnectAsync(TestContext.Current.CancellationToken);
        await using NetworkStream stream = new(client);
        await stream.WriteAsync("POST /v1.47/build HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        using StreamReader answer = new(stream);
        Assert.Equal("HTTP/1.1 100 Continue", await answer.ReadLineAsync(TestContext.Current.CancellationToken));
        Task<int> end = daemon.Daemon.StopAsync(isHurried ? TimeSpan.FromHours(1) : TimeSpan.Zero);
        if (isHurried)
            daemon.Daemon.Hurry();
        Assert.Contains("the daemon ends", await answer.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(0, await end);
    }

    [Fact]
    public async Task What_fails_on_the_way_is_the_last_message()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        JsonElement[] messages = await daemon.BuildAsync("", await Context.TarAsync(("Dockerfile", "FROM scratch\nCOPY none /\n")));
        Assert.Equal(messages[^1].GetProperty("error").GetString(), messages[^1].GetProperty("errorDetail").GetProperty("message").GetString());
        Assert.Contains("\"none\" is not in the build context", messages[^1].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "FROM scratch\nNONSENSE\n", "unknown instruction \"NONSENSE\"")]
    [InlineData("?target=none", "FROM scratch AS some\n", "no stage \"none\"")]
    [InlineData("?dockerfile=Other", "FROM scratch\n", "no Other in the build context")]
    [InlineData("?t=UPPER", "FROM scratch\n", "invalid reference format")]
    [InlineData("?version=7", "FROM scratch\n", "invalid version")]
    [InlineData("?networkmode=container:x", "FROM scratch\n", "network mode")]
    [InlineData("?buildargs=nonsense", "FROM scratch\n", "buildargs is no JSON")]
    [InlineData("?buildargs=%7B%22A%22%3A1%7D", "FROM scratch\n", "the value of \"A\" is no text")]
    [InlineData("?ulimits=%5B%7B%22Name%22%3A%22none%22%7D%5D", "FROM scratch\n", "ulimit")]
    [InlineData("?extrahosts=x", "FROM scratch\n", "add-host")]
    [InlineData("?remote=/etc", "FROM scratch\n", "could not be recognized as URL")]
    [InlineData("?platform=a/b/c/d/e", "FROM scratch\n", "is no platform")]
    public async Task What_cannot_be_built_at_all_is_refused_before_anything_is_told(string query, string dockerfile, string reason)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        using HttpResponseMessage answer = await daemon.Client.PostAsync("build" + query, new ByteArrayContent(await Context.TarAsync(("Dockerfile", dockerfile))), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains(reason, JsonDocument.Parse(text).RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warnings_that_fail_a_build_are_told()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        JsonElement[] messages = await daemon.BuildAsync("", await Context.TarAsync(("Dockerfile", "# check=error=true\nFROM scratch as a\nCOPY f /f\n"), ("f", "x")));
        Assert.Contains(StreamOf(messages), static l => l.StartsWith("[Warning] ", StringComparison.Ordinal));
        Assert.Contains("warnings are errors here: FromAsCasing", messages[^1].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_with_nothing_in_it_is_called_that()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        using HttpResponseMessage answer = await daemon.Client.PostAsync("build", new ByteArrayContent(await Context.TarAsync()), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("is an archive with nothing in it", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Dockerfile\n.dockerignore\n", 1)]
    [InlineData("f\n", 3)]
    [InlineData("*\n!f\n", 1)]
    public async Task An_ignore_file_hides_the_Dockerfile_and_itself_and_nothing_else(string ignore, int files)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        byte[] context = await Context.TarAsync((".dockerignore", ignore), ("Dockerfile", "FROM scratch\nCOPY . /\n"), ("f", "x"));
        await daemon.BuildAsync("?t=hidden", context);
        using HttpResponseMessage saved = await daemon.Client.GetAsync("images/hidden/get", TestContext.Current.CancellationToken);
        Assert.Equal(files, await SavedImage.CountFilesAsync(await saved.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData("", 0L, 0L, 7L)]
    [InlineData("&version=2", 1234L, 1234L, 7L)] // BuildKit keeps them
    public async Task Files_of_the_context_are_roots_whoever_owns_them_in_the_archive(string query, params long[] owners)
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        byte[] context = await Context.TarAsync(owner: 1234, ("Dockerfile", "FROM scratch\nCOPY d /a\nADD d/f /b\nCOPY --chown=7:7 d/f /c\n"), ("d/f", "x"));
        await daemon.BuildAsync("?t=owned" + query, context);
        using HttpResponseMessage saved = await daemon.Client.GetAsync("images/owned/get", TestContext.Current.CancellationToken);
        TarEntry[] entries = await SavedImage.ReadLayersAsync(await saved.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(owners, entries.Where(static e => e.Type == TarEntryType.File).Select(static e => e.Uid));
        Assert.Equal(owners, entries.Where(static e => e.Type == TarEntryType.File).Select(static e => e.Gid));
    }

    [Fact]
    public async Task A_client_that_goes_in_the_middle_of_its_context_leaves_the_daemon_whole()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        using (System.Net.Sockets.Socket socket = await daemon.ConnectAsync(TestContext.Current.CancellationToken))
            await socket.SendAsync("POST /v1.47/build HTTP/1.1\r\nHost: d\r\nContent-Length: 100000\r\n\r\nhalf"u8.ToArray(), TestContext.Current.CancellationToken);
        await daemon.BuildAsync("", await Context.TarAsync(("Dockerfile", "FROM scratch\nLABEL a=b\n")));
    }

    private static string IdOf(JsonElement[] messages) => messages.Single(static m => m.TryGetProperty("aux", out _)).GetProperty("aux").GetProperty("ID").GetString()!;

    private static string[] StreamOf(JsonElement[] messages) => [.. messages.Where(static m => m.TryGetProperty("stream", out _)).Select(static m => m.GetProperty("stream").GetString()!)];
}
