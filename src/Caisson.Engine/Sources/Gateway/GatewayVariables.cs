using System.Collections.Immutable;
using System.Globalization;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>The variables that lead programs to the gateway and make them trust it.</summary>
internal static class GatewayVariables
{
    private const string Nobody = "localhost,127.0.0.1,::1";

    private static string Proxy => string.Create(CultureInfo.InvariantCulture, $"http://{Gateway.Address.Address}:{Gateway.Address.Port}");

    // What a step sets for itself goes before these: it names files of its own.
    private static readonly (string Name, string Value)[] Trust =
    [
        ("SSL_CERT_FILE", StepTrust.CertificatesPath), // OpenSSL, Go, Rust, Ruby
        ("CURL_CA_BUNDLE", StepTrust.CertificatesPath),
        ("GIT_SSL_CAINFO", StepTrust.CertificatesPath),
        ("REQUESTS_CA_BUNDLE", StepTrust.CertificatesPath), // Python
        ("PIP_CERT", StepTrust.CertificatesPath),
        ("NODE_EXTRA_CA_CERTS", StepTrust.CertificatesPath),
        ("CARGO_HTTP_CAINFO", StepTrust.CertificatesPath),
        ("NIX_SSL_CERT_FILE", StepTrust.CertificatesPath),
        ("AWS_CA_BUNDLE", StepTrust.CertificatesPath),
        ("DENO_CERT", StepTrust.CertificatesPath),
        ("APT_CONFIG", StepTrust.AptPath), // apt reads its other settings too
        ("WGETRC", StepTrust.WgetPath),
        ("NODE_USE_ENV_PROXY", "1"),
    ];

    // Of both cases, and before whatever the step says: there is no other way out.
    private static readonly string[] Proxies = ["http_proxy", "https_proxy", "all_proxy", "ftp_proxy"];

    /// <summary>An environment together with them.</summary>
    public static ImmutableArray<string> AddTo(ImmutableArray<string> environment, StepTrust trust)
    {
        List<(string Name, string Value)> proxies =
        [
            .. Proxies.SelectMany(static n => ((string, string)[])[(n, Proxy), (n.ToUpperInvariant(), Proxy)]),
            ("no_proxy", Nobody), ("NO_PROXY", Nobody),
        ];
        HashSet<string> given = [.. environment.Select(NameOf)];
        List<string> all = [.. Trust.Where(v => !given.Contains(v.Name)).Select(Line)];
        if (trust.HasJava && !given.Contains("JAVA_TOOL_OPTIONS"))
            all.Add("JAVA_TOOL_OPTIONS=" + JavaOptions());
        HashSet<string> ours = [.. proxies.Select(static p => p.Name)];
        return [.. all, .. environment.Where(v => !ours.Contains(NameOf(v))), .. proxies.Select(Line)];
    }

    private static string JavaOptions()
    {
        string host = Gateway.Address.Address.ToString();
        string port = Gateway.Address.Port.ToString(CultureInfo.InvariantCulture);
        return $"-Dhttp.proxyHost={host} -Dhttp.proxyPort={port} -Dhttps.proxyHost={host} -Dhttps.proxyPort={port} -Dhttp.nonProxyHosts=localhost|127.*"
            + $" -Djavax.net.ssl.trustStore={StepTrust.JavaPath} -Djavax.net.ssl.trustStoreType=JKS -Djavax.net.ssl.trustStorePassword={TrustFiles.JavaPassword}";
    }

    private static string Line((string Name, string Value) variable) => $"{variable.Name}={variable.Value}";

    private static string NameOf(string variable) => variable.Split('=', 2)[0];
}
