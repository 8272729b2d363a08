using Caisson.Daemon.Hosting;

namespace Caisson.Daemon.Tests;

public sealed class DaemonAddressTests
{
    [Theory]
    [InlineData("unix:///run/caisson.sock")]
    [InlineData("tcp://127.0.0.1:2375")]
    [InlineData("tcp://[::1]:2375")]
    public void An_address_is_read_and_shown(string text)
    {
        Assert.True(DaemonAddress.TryParse(text, out DaemonAddress? address));
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/run/caisson.sock")]
    [InlineData("unix://relative")]
    [InlineData("tcp://example:2375")]
    [InlineData("http://127.0.0.1")]
    public void What_is_no_address_is_refused(string text) => Assert.False(DaemonAddress.TryParse(text, out _));
}
