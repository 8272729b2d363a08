using System.IO.Pipelines;
using System.Text;
using Caisson.Engine.Sources.Gateway;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Sources.Gateway;

/// <summary>Requests of programs are hostile: what could be read in two ways is refused, and bodies end where they say.</summary>
public sealed class HttpHeadTests
{
    private static HttpHead Read(string text) => HttpHead.Read(Encoding.Latin1.GetBytes(text));

    [Fact]
    public void A_head_is_read()
    {
        HttpHead head = Read("GET http://a.example/x HTTP/1.1\r\nHost: a.example\r\nX-Two:  b \r\n\r\n");
        Assert.Equal(("GET", "http://a.example/x", true), (head.Method, head.Target, head.IsHttp11));
        Assert.Equal("b", head.Find("x-two"));
        Assert.True(head.KeepsAlive);
    }

    [Theory]
    [InlineData("GET / HTTP/2.0\r\n\r\n")]
    [InlineData("GET  / HTTP/1.1\r\n\r\n")]
    [InlineData("GET /\r\n\r\n")]
    [InlineData("G\"T / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n folded: x\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nname : x\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nno colon\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nx: a\0b\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("\x16\x03\x01\x02")]
    public void What_is_not_clear_is_refused(string text) => Assert.Throws<InvalidDataException>(() => Read(text));

    [Theory]
    [InlineData("Content-Length: 5", "hello", "hello")]
    [InlineData("Transfer-Encoding: chunked", "2\r\nhe\r\n3;ext=1\r\nllo\r\n0\r\nTrailer: x\r\n\r\n", "hello")]
    public async Task A_body_ends_where_it_says(string field, string sent, string expected)
    {
        PipeReader reader = PipeReader.Create(new MemoryStream(Encoding.ASCII.GetBytes(sent + "GET / HTTP/1.1\r\n")));
        using RequestBody body = RequestBody.Of(Read($"POST / HTTP/1.1\r\n{field}\r\n\r\n"), reader)!;
        using MemoryStream got = new();
        await body.CopyToAsync(got, TestContext.Current.CancellationToken);
        Assert.Equal(expected, Encoding.ASCII.GetString(got.ToArray()));
        Assert.Equal(Digest.OfBytes(got.ToArray()), body.Digest);
        ReadResult next = await reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("GET / HTTP/1.1", Encoding.ASCII.GetString(next.Buffer.FirstSpan), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 5", "hel")]
    [InlineData("Transfer-Encoding: chunked", "5\r\nhel")]
    [InlineData("Transfer-Encoding: chunked", "x\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked", "2\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked", "ffffffffffffffffff\r\nhello")]
    public async Task A_body_that_does_not_is_refused(string field, string sent)
    {
        PipeReader reader = PipeReader.Create(new MemoryStream(Encoding.ASCII.GetBytes(sent)));
        using RequestBody body = RequestBody.Of(Read($"POST / HTTP/1.1\r\n{field}\r\n\r\n"), reader)!;
        Exception? refused = await Record.ExceptionAsync(() => body.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));
        Assert.True(refused is InvalidDataException or EndOfStreamException, refused?.ToString());
        Assert.Null(body.Digest);
    }

    [Fact]
    public void What_is_for_a_proxy_goes_no_further()
    {
        HttpHead head = Read("GET http://a.example/ HTTP/1.1\r\nHost: other.example\r\nProxy-Authorization: Basic x\r\nConnection: close, X-Own\r\nX-Own: 1\r\nAccept: */*\r\n\r\n");
        Assert.Equal(["Accept"], GatewayRequest.Of(head, new Uri("http://a.example/"), null).Fields.Select(static f => f.Key));
    }

    [Theory]
    [InlineData("http://h/debian/pool/main/c/curl/curl_7.88.1-10%2bdeb12u15_amd64.deb", "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u15?arch=amd64")]
    [InlineData("https://proxy.example/github.com/!burnt!sushi/toml/@v/v1.2.0.zip", "pkg:golang/github.com/BurntSushi/toml@v1.2.0")]
    [InlineData("https://r.example/@scope/name/-/name-1.2.3.tgz", "pkg:npm/%40scope/name@1.2.3")]
    [InlineData("https://f.example/packages/ab/cd/Flask_Login-0.6.2-py3-none-any.whl", "pkg:pypi/flask-login@0.6.2")]
    [InlineData("https://f.example/alpine/v3.20/main/x86_64/musl-utils-1.2.5-r1.apk", "pkg:apk/alpine/musl-utils@1.2.5-r1?arch=x86_64")]
    [InlineData("https://f.example/some/file.txt", null)]
    public void Packages_are_told_by_their_addresses(string address, string? package) => Assert.Equal(package, PackageNames.Of(address));
}
