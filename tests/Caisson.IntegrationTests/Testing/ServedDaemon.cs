using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Caisson.IntegrationTests.Testing;

/// <summary>The shipped binary as a daemon.</summary>
internal sealed partial class ServedDaemon : IAsyncDisposable
{
    private readonly Server _server;

    private ServedDaemon(Server server, Store store, string socket)
    {
        _server = server;
        Store = store;
        SocketPath = socket;
    }

    /// <summary>Its store.</summary>
    public Store Store { get; }

    /// <summary>Its socket.</summary>
    public string SocketPath { get; }

    /// <summary>Where clients find it.</summary>
    public string Address => "unix://" + SocketPath;

    /// <summary>What it has said so far.</summary>
    public IEnumerable<string> Lines => _server.Lines;

    /// <summary>Starts one.</summary>
    /// <param name="store">Its store.</param>
    /// <param name="socket">Its socket.</param>
    /// <param name="arguments">Further options of <c>caisson serve</c>.</param>
    public static async Task<ServedDaemon> StartAsync(Store store, string socket, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = store.Start(["serve", "--addr", "unix://" + socket, .. arguments]);
        Server server = Server.Start(start);
        await server.SaysAsync(Listening());
        return new ServedDaemon(server, store, socket);
    }

    /// <summary>The most resident memory that it has had, in bytes, without programs that it started.</summary>
    public long PeakBytes => Directory.GetDirectories($"/proc/{_server.KeeperId}/task")
        .SelectMany(static task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Max(static child => long.Parse(Peak().Match(File.ReadAllText($"/proc/{child}/status")).Value, System.Globalization.CultureInfo.InvariantCulture) << 10);

    /// <summary>Asks it to stop and returns its exit code.</summary>
    public Task<int> StopAsync() => _server.StopAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // The server is one of the keeper's children, and the only large one.
    [GeneratedRegex(@"(?<=^VmHWM:\s+)\d+", RegexOptions.Multiline)]
    private static partial Regex Peak();

    [GeneratedRegex("listening on ")]
    private static partial Regex Listening();
}
