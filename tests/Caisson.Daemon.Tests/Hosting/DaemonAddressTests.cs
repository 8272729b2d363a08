using Caisson.Daemon.Hosting;

namespace Caisson.Daemon.Tests.Hosting;

public sealed class DaemonAddressTests
{
    [Theory]
    [InlineData("unix:///run/caisson.sock", false)]
    [InlineData("tcp://127.0.0.1:2375", false)]
    [InlineData("tcp://127.0.0.1:0", false)]
    [InlineData("tcp://[::1]:2375", false)]
    [InlineData("tcp://0.0.0.0:2376", true)]
    public void An_address_is_read_and_shown(string text, bool isRemote)
    {
        Assert.True(DaemonAddress.TryParse(text, out DaemonAddress? address, out _));
        Assert.Equal(text, address.ToString());
        Assert.Equal(isRemote, address.IsRemote);
    }

    [Theory]
    [InlineData("", "write unix:///path")]
    [InlineData("/run/caisson.sock", "write unix:///path")]
    [InlineData("unix://relative", "absolute")]
    [InlineData("tcp://example:2375", "number of an address")]
    [InlineData("tcp://127.0.0.1", "port is missing")]
    [InlineData("http://127.0.0.1", "write unix:///path")]
    public void What_is_no_address_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(DaemonAddress.TryParse(text, out _, out string? problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_that_is_too_long_for_a_socket_is_refused()
    {
        Assert.False(DaemonAddress.TryParse("unix:///" + new string('x', 107), out _, out string? problem));
        Assert.Contains("107 bytes", problem, StringComparison.Ordinal);
    }
}
