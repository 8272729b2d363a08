using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Caisson.Conformance.Testing;

/// <summary>Git's own server of repositories, <c>git http-backend</c>, as a CGI program (RFC 3875).</summary>
internal static class GitBackend
{
    private const string StatusHeader = "Status";

    /// <param name="exchange">What was asked.</param>
    /// <param name="folder">The folder with the repositories.</param>
    /// <param name="path">The path in it.</param>
    public static async Task AnswerAsync(HttpContext exchange, string folder, string path)
    {
        using MemoryStream body = new();
        await exchange.Request.Body.CopyToAsync(body, exchange.RequestAborted);
        using Process process = Process.Start(Describe(exchange.Request, folder, path, body.Length)) ?? throw new InvalidOperationException("git did not start");
        using MemoryStream answer = new();
        Task reading = process.StandardOutput.BaseStream.CopyToAsync(answer, exchange.RequestAborted);
        Task<string> errors = process.StandardError.ReadToEndAsync(exchange.RequestAborted);
        await process.StandardInput.BaseStream.WriteAsync(body.ToArray(), exchange.RequestAborted);
        process.StandardInput.Close();
        await reading;
        await errors;
        await SendAsync(exchange.Response, answer.ToArray());
    }

    private static ProcessStartInfo Describe(HttpRequest request, string folder, string path, long lengthBytes)
    {
        ProcessStartInfo start = new("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_PROJECT_ROOT"] = folder;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["PATH_INFO"] = "/" + path;
        start.Environment["QUERY_STRING"] = (request.QueryString.Value ?? "").TrimStart('?');
        start.Environment["REQUEST_METHOD"] = request.Method;
        start.Environment["CONTENT_TYPE"] = request.ContentType ?? "";
        start.Environment["CONTENT_LENGTH"] = lengthBytes.ToString(CultureInfo.InvariantCulture);
        start.Environment["HTTP_CONTENT_ENCODING"] = request.Headers.ContentEncoding.ToString();
        start.Environment["GIT_PROTOCOL"] = request.Headers["Git-Protocol"].ToString();
        return start;
    }

    private static async Task SendAsync(HttpResponse response, byte[] answer)
    {
        int end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (string[] header in Encoding.ASCII.GetString(answer, 0, Math.Max(end, 0)).Split("\r\n").Select(static line => line.Split(": ", 2)))
        {
            if (header[0] == StatusHeader)
                response.StatusCode = int.Parse(header[1].AsSpan(0, 3), CultureInfo.InvariantCulture);
            else if (header.Length == 2)
                response.Headers.Append(header[0], header[1]);
        }
        await response.Body.WriteAsync(answer.AsMemory(end + 4));
    }
}
