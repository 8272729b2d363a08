using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Caisson.IntegrationTests.Testing;

/// <summary>A real PostgreSQL on loopback, with a database of its own.</summary>
internal sealed partial class Postgres : IAsyncDisposable
{
    // PostgreSQL refuses to run as root.
    private const string Nobody = "65534";
    private const int Attempts = 5;

    private readonly TempDirectory _directory;
    private readonly Server _server;

    private Postgres(TempDirectory directory, Server server, int port)
    {
        _directory = directory;
        _server = server;
        Port = port;
    }

    public int Port { get; }

    /// <summary>The address of its database.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"postgres://events@127.0.0.1:{Port}/postgres?sslmode=disable");

    private static string[] Directories => Directory.Exists("/usr/lib/postgresql")
        ? [.. Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(static d => Path.Combine(d, "bin"))]
        : [];

    /// <summary>Makes a database and starts its server.</summary>
    public static async Task<Postgres> StartAsync()
    {
        string initdb = Tool.Require("initdb", Directories);
        string postgres = Tool.Require("postgres", Directories);
        TempDirectory directory = new();
        string data = directory.Make("data");
        if (Environment.IsPrivilegedProcess)
            await Tool.RunAsync("chown", "-R", $"{Nobody}:{Nobody}", directory.Path);
        (await Tool.CaptureAsync(AsNobody(initdb, "-D", data, "-U", "events", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"))).Succeeded();
        // It takes no port 0. A port that was free a moment ago may be taken by now: then another one is tried.
        for (int attempt = 1; ; attempt++)
        {
            int port = FreePort();
            Server server = Server.Start(
                AsNobody(postgres, "-D", data, "-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-k", directory.Path, "-F"), "INT");
            Match started = await server.SaysAsync(Ready());
            if (started.Value.StartsWith("database", StringComparison.Ordinal))
                return new Postgres(directory, server, port);
            await server.DisposeAsync();
            Assert.True(attempt < Attempts, "PostgreSQL found no free port");
        }
    }

    /// <summary>Asks it something.</summary>
    public Task<string> QueryAsync(string sql) => Tool.RunAsync("psql", "--no-psqlrc", "--tuples-only", "--no-align", "--command", sql, Url);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    private static ProcessStartInfo AsNobody(string program, params string[] arguments)
    {
        ProcessStartInfo start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo(Tool.Require("setpriv"), ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", "--", program, .. arguments])
            : new ProcessStartInfo(program, arguments);
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("database system is ready to accept connections|could not create any TCP/IP sockets")]
    private static partial Regex Ready();
}
