using System.Diagnostics;
using System.Text.RegularExpressions;
using Caisson.Oci.Tests.Registry.Testing;

namespace Caisson.IntegrationTests.Testing;

/// <summary>A real registry: Debian's docker-registry on loopback, on a port that the system chooses.</summary>
internal sealed partial class Registry : IAsyncDisposable
{
    private readonly TempDirectory _directory;
    private readonly Server _server;

    private Registry(TempDirectory directory, Server server, string authority)
    {
        _directory = directory;
        _server = server;
        Authority = authority;
    }

    /// <summary>Its host and port.</summary>
    public string Authority { get; }

    /// <summary>Starts one.</summary>
    /// <param name="protection">Who is let in, and how it is spoken to. Default: everybody, without TLS.</param>
    /// <param name="tokens">The server whose tokens it wants to see. Default: none.</param>
    public static async Task<Registry> StartAsync(RegistryProtection? protection = null, TestTokenServer? tokens = null)
    {
        string program = Tool.Require("docker-registry");
        TempDirectory directory = new();
        string tls = protection?.TlsIn(directory) ?? "";
        string auth = protection?.AuthIn(directory) ?? "";
        if (tokens is not null)
        {
            directory.File("tokens.pem", tokens.Certificate.ExportCertificatePem());
            auth = $$"""auth: {token: {realm: "{{tokens.Realm}}", service: tests, issuer: caisson-test, rootcertbundle: "{{directory["tokens.pem"]}}"} }""";
        }
        directory.File("config.yml", $$"""
            version: 0.1
            log: {level: info, formatter: text}
            storage:
              filesystem: {rootdirectory: "{{directory["data"]}}"}
              delete: {enabled: true}
              maintenance:
                uploadpurging: {enabled: false}
            http:
              addr: 127.0.0.1:0
              secret: for-tests
              {{tls}}
            {{auth}}
            """);
        ProcessStartInfo start = new(program, ["serve", directory["config.yml"]]);
        start.Environment["OTEL_TRACES_EXPORTER"] = "none";
        Server server = Server.Start(start);
        Match listening = await server.SaysAsync(Listening());
        return new Registry(directory, server, listening.Groups[1].Value);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [GeneratedRegex(@"listening on (127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
