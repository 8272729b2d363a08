using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Caisson.Conformance.Testing;

/// <summary>Serves folders of cases to the builders, over HTTP and HTTPS on loopback: files as they are, and repositories (<c>NAME.git</c>) by git's own server.</summary>
/// <remarks>
/// Files have the Last-Modified of their time. A file <c>NAME.head</c> says how <c>NAME</c> is answered instead: the status in its first line, headers in the others.
/// A file <c>.authorization</c> in the folder holds the header of that name which it takes to be let in.
/// Thread-safe.
/// </remarks>
internal sealed class CaseServer : IAsyncDisposable
{
    private const string HeadSuffix = ".head";
    private const string AuthorizationFile = ".authorization";

    private readonly WebApplication _application;
    private readonly X509Certificate2 _certificate;
    private readonly ConcurrentDictionary<string, string> _folders = new(StringComparer.Ordinal);

    private CaseServer(X509Certificate2 certificate)
    {
        _certificate = certificate;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Listen(IPAddress.Loopback, port: 0);
            options.Listen(IPAddress.Loopback, port: 0, listener => listener.UseHttps(certificate));
        });
        _application = builder.Build();
        _application.Run(AnswerAsync);
    }

    /// <summary>The certificate that it shows, for those who shall trust it.</summary>
    public string CertificatePem => _certificate.ExportCertificatePem();

    public static async Task<CaseServer> StartAsync(CancellationToken ct)
    {
        CaseServer server = new(MakeCertificate());
        await server._application.StartAsync(ct);
        return server;
    }

    /// <summary>Serves a folder, which may come later.</summary>
    /// <returns>The two addresses that it has.</returns>
    public (string Plain, string Secure) Publish(string folder)
    {
        string name = (_folders.Count + 1).ToString(CultureInfo.InvariantCulture);
        while (!_folders.TryAdd(name, folder))
            name += "0";
        return ($"{Url("http:")}/{name}", $"{Url("https:")}/{name}");
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _certificate.Dispose();
    }

    private string Url(string scheme) => _application.Urls.First(url => url.StartsWith(scheme, StringComparison.Ordinal));

    private Task AnswerAsync(HttpContext exchange)
    {
        string[] parts = (exchange.Request.Path.Value ?? "").Split('/', 3);
        if (parts.Length < 3 || !_folders.TryGetValue(parts[1], out string? folder))
            return FailAsync(exchange);
        string key = Path.Combine(folder, AuthorizationFile);
        if (File.Exists(key) && !File.ReadAllText(key).Trim().Equals(exchange.Request.Headers.Authorization.ToString(), StringComparison.OrdinalIgnoreCase))
            return RefuseAsync(exchange);
        return parts[2].Contains(".git/", StringComparison.Ordinal) ? GitBackend.AnswerAsync(exchange, folder, parts[2]) : SendAsync(exchange, Path.Combine(folder, parts[2]));
    }

    private static async Task SendAsync(HttpContext exchange, string path)
    {
        HttpResponse response = exchange.Response;
        if (File.Exists(path + HeadSuffix))
        {
            string[] lines = await File.ReadAllLinesAsync(path + HeadSuffix, exchange.RequestAborted);
            response.StatusCode = int.Parse(lines[0], CultureInfo.InvariantCulture);
            foreach (string[] header in lines.Skip(1).Select(static line => line.Split(": ", 2)))
                response.Headers.Append(header[0], header[1]);
        }
        else if (File.Exists(path))
        {
            response.Headers.LastModified = File.GetLastWriteTimeUtc(path).ToString("R", CultureInfo.InvariantCulture);
        }
        else
        {
            await FailAsync(exchange);
            return;
        }
        if (File.Exists(path))
        {
            response.ContentLength = new FileInfo(path).Length;
            if (!HttpMethods.IsHead(exchange.Request.Method))
                await response.SendFileAsync(path, exchange.RequestAborted);
        }
    }

    private static Task FailAsync(HttpContext exchange)
    {
        exchange.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static Task RefuseAsync(HttpContext exchange)
    {
        exchange.Response.Headers.WWWAuthenticate = "Basic realm=\"cases\"";
        exchange.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    private static X509Certificate2 MakeCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=conformance", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }
}
