using System.Diagnostics;
using System.Globalization;
using System.Text;
using Caisson.Oci.Tests.Registry.Testing;

namespace Caisson.Engine.Tests.Testing;

/// <summary>Serves repositories as a real server does: git's own <c>http-backend</c> behind a small HTTP server.</summary>
internal sealed class GitServer : IAsyncDisposable
{
    private readonly FaultServer _server;
    private readonly string _root;

    /// <summary>Serves the repositories in a directory.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="authorization">What the header of that name must be; null to let everybody in.</param>
    public GitServer(string root, string? authorization = null)
    {
        Tool.Require("git");
        _root = root;
        _server = new FaultServer(exchange => authorization is null || exchange.Headers.GetValueOrDefault("Authorization") == authorization
            ? AnswerAsync(exchange)
            : exchange.RespondAsync(401, "WWW-Authenticate: Basic realm=\"tests\""));
    }

    public string Address => _server.Address;

    public string Authority => _server.Authority;

    public IReadOnlyList<RecordedRequest> Requests => _server.Requests;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // RFC 3875, and git-http-backend(1).
    private async Task AnswerAsync(FaultExchange exchange)
    {
        byte[] body = await exchange.ReadBodyAsync();
        ProcessStartInfo start = new("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] target = exchange.Target.Split('?', 2);
        start.Environment["GIT_PROJECT_ROOT"] = _root;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["PATH_INFO"] = Uri.UnescapeDataString(target[0]);
        start.Environment["QUERY_STRING"] = target.Length == 2 ? target[1] : "";
        start.Environment["REQUEST_METHOD"] = exchange.Method;
        start.Environment["CONTENT_TYPE"] = exchange.Headers.GetValueOrDefault("Content-Type", "");
        start.Environment["CONTENT_LENGTH"] = body.Length.ToString(CultureInfo.InvariantCulture);
        start.Environment["HTTP_CONTENT_ENCODING"] = exchange.Headers.GetValueOrDefault("Content-Encoding", "");
        start.Environment["GIT_PROTOCOL"] = exchange.Headers.GetValueOrDefault("Git-Protocol", "");
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("git did not start");
        using MemoryStream answer = new();
        Task reading = process.StandardOutput.BaseStream.CopyToAsync(answer);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.BaseStream.WriteAsync(body);
        process.StandardInput.Close();
        await reading;
        await errors;
        byte[] bytes = answer.ToArray();
        int end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        string[] headers = Encoding.ASCII.GetString(bytes, 0, Math.Max(end, 0)).Split("\r\n");
        string? status = headers.FirstOrDefault(static h => h.StartsWith("Status: ", StringComparison.Ordinal));
        await exchange.RespondAsync(
            status is null ? 200 : int.Parse(status.AsSpan("Status: ".Length, 3), CultureInfo.InvariantCulture),
            string.Join('\n', headers.Where(static h => !h.StartsWith("Status: ", StringComparison.Ordinal))),
            bytes[(end + 4)..]);
    }
}
