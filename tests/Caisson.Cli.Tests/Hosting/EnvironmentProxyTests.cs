using Caisson.Cli.Hosting;

namespace Caisson.Cli.Tests.Hosting;

public sealed class EnvironmentProxyTests
{
    [Theory]
    [InlineData("HTTP_PROXY=p:1", "http://example.com/", "http://p:1/")]
    [InlineData("HTTP_PROXY=p:1", "https://example.com/", null)]
    [InlineData("HTTPS_PROXY=http://p:2", "https://example.com/", "http://p:2/")]
    [InlineData("ALL_PROXY=socks5://p:3", "http://example.com/", "socks5://p:3/")]
    [InlineData("https_proxy=p:1;HTTPS_PROXY=q:2", "https://example.com/", "http://p:1/")]
    [InlineData("HTTP_PROXY=p:1;NO_PROXY=example.com", "http://example.com/", null)]
    [InlineData("HTTP_PROXY=p:1;NO_PROXY=.example.com", "http://a.example.com/", null)]
    [InlineData("HTTP_PROXY=p:1;NO_PROXY=example.com", "http://notexample.com/", "http://p:1/")]
    [InlineData("HTTP_PROXY=p:1;NO_PROXY=example.com:8080", "http://example.com/", "http://p:1/")]
    [InlineData("HTTP_PROXY=p:1;NO_PROXY=example.com:8080", "http://example.com:8080/", null)]
    [InlineData("HTTP_PROXY=p:1;NO_PROXY=10.0.0.0/8", "http://10.1.2.3/", null)]
    [InlineData("HTTP_PROXY=p:1;NO_PROXY=10.0.0.0/8", "http://11.1.2.3/", "http://p:1/")]
    [InlineData("HTTP_PROXY=p:1;NO_PROXY=*", "http://example.com/", null)]
    [InlineData("HTTP_PROXY=p:1", "http://127.0.0.1:8000/", null)]
    [InlineData("HTTP_PROXY=p:1", "http://localhost/", null)]
    [InlineData("PATH=/bin", "http://example.com/", null)]
    public void A_proxy_is_chosen_by_scheme_and_host(string variables, string address, string? expected)
    {
        EnvironmentProxy? proxy = EnvironmentProxy.Read(variables.Split(';').Select(static v => v.Split('=', 2)).ToDictionary(static p => p[0], static p => p[1], StringComparer.Ordinal));
        Uri destination = new(address);
        Assert.Equal(expected, proxy is null || proxy.IsBypassed(destination) ? null : proxy.GetProxy(destination)?.ToString());
    }
}
