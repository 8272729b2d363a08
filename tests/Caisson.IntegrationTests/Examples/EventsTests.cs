using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Examples;

/// <summary>The example <c>events</c>: a service with a database, on a base without a shell.</summary>
public sealed partial class EventsTests(ExampleBases bases)
{
    private const int LauncherUsage = 64;

    private readonly Store _store = bases.Store;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_that_is_posted_is_a_row_in_the_database()
    {
        await BuildAsync("events-stored");
        await using Postgres database = await Postgres.StartAsync();
        await using Server service = Server.Start(_store.Start("run", "-e", "APP_HOST=127.0.0.1", "-e", "APP_PORT=0", "-e", "APP_DB_URL=" + database.Url, "events-stored"));
        string address = (await service.SaysAsync(Listening())).Groups[1].Value;
        using HttpClient http = new() { BaseAddress = new Uri($"http://{address}/") };
        using FormUrlEncodedContent form = new([new("action", "view"), new("product", "k8s"), new("fingerprint", "XYZ")]);
        using HttpResponseMessage answer = await http.PostAsync("api/events", form, Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using HttpResponseMessage got = await http.GetAsync("api/events", Ct);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, got.StatusCode);
        Assert.Equal("view|k8s|XYZ\n", await database.QueryAsync("SELECT action, product, fingerprint FROM events"));

        ContainedProcess process = ContainedProcess.Below(service.KeeperId, "/app");
        Assert.Equal(1, process.Number);
        Assert.Equal(["/app", "-host=127.0.0.1", "-port=0", "-dbUrl=" + database.Url], process.Arguments);
        Assert.Equal(0, await service.StopAsync());
    }

    [Fact]
    public async Task The_service_is_not_root()
    {
        await BuildAsync("events-user");
        await using Postgres database = await Postgres.StartAsync();
        await using Server service = Server.Start(_store.Start("run", "-e", "APP_HOST=127.0.0.1", "-e", "APP_PORT=0", "-e", "APP_DB_URL=" + database.Url, "events-user"));
        await service.SaysAsync(Listening());
        ContainedProcess process = ContainedProcess.Below(service.KeeperId, "/app");
        Assert.Equal("10001 10001 10001 10001", process.UserIds);
        Assert.Equal("10001 10001 10001 10001", process.GroupIds);
        Assert.Equal("0000000000000000", process.EffectiveCapabilities);
    }

    [Fact]
    public async Task Without_its_database_nothing_starts()
    {
        await BuildAsync("events-unset");
        Assert.Equal("launch: not set: APP_DB_URL\n", (await _store.TryAsync("run", "events-unset")).Failed(LauncherUsage));
    }

    [Fact]
    public async Task The_image_has_no_shell_and_names_its_user()
    {
        using TempDirectory directory = new();
        await BuildAsync("events-files", "-o", $"type=tar,dest={directory["files.tar"]}", "-o", "type=image");
        string[] files = (await Tool.RunAsync("tar", "-tf", directory["files.tar"])).Split('\n');
        Assert.Contains("app", files);
        Assert.DoesNotContain(files, static f => f.EndsWith("bin/sh", StringComparison.Ordinal) || f.EndsWith("bin/bash", StringComparison.Ordinal));
        using JsonDocument config = JsonDocument.Parse(await _store.RunAsync("inspect", "events-files"));
        Assert.Equal("10001:10001", config.RootElement.GetProperty("config").GetProperty("User").GetString());
    }

    private async Task BuildAsync(string name, params IEnumerable<string> arguments)
    {
        await bases.Golang;
        await bases.Distroless;
        await _store.BuildAsync(["-t", name, .. arguments, Path.Combine(Repository.Examples, "events")]);
    }

    [GeneratedRegex("listening on (.*)$")]
    private static partial Regex Listening();

    /// <summary>A process in a container, as the kernel tells of it.</summary>
    private sealed record ContainedProcess(int Number, string[] Arguments, string UserIds, string GroupIds, string EffectiveCapabilities)
    {
        /// <summary>The process of a program among those that a process started.</summary>
        public static ContainedProcess Below(int ancestor, string program)
        {
            foreach (int id in Descendants(ancestor))
            {
                string directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{id}");
                string[] arguments = File.ReadAllText(Path.Combine(directory, "cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
                if (arguments.Length == 0 || arguments[0] != program)
                    continue;
                Dictionary<string, string> status = File.ReadLines(Path.Combine(directory, "status"))
                    .Select(static line => line.Split(':', 2)).ToDictionary(static p => p[0], static p => p[1].Trim().Replace('\t', ' '), StringComparer.Ordinal);
                int number = int.Parse(status["NSpid"].Split(' ')[^1], CultureInfo.InvariantCulture);
                return new ContainedProcess(number, arguments, status["Uid"], status["Gid"], status["CapEff"]);
            }
            throw new InvalidOperationException($"no process {program} below {ancestor}");
        }

        private static IEnumerable<int> Descendants(int ancestor)
        {
            // A thread's children are those that it started itself.
            string threads = string.Create(CultureInfo.InvariantCulture, $"/proc/{ancestor}/task");
            foreach (string child in Directory.GetDirectories(threads).SelectMany(static t => File.ReadAllText(Path.Combine(t, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            {
                int id = int.Parse(child, CultureInfo.InvariantCulture);
                yield return id;
                foreach (int below in Descendants(id))
                    yield return below;
            }
        }
    }
}
