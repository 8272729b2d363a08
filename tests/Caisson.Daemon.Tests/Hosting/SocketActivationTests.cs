using System.Net.Sockets;
using System.Text;
using Caisson.Daemon.Hosting;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Daemon.Tests.Hosting;

public sealed class SocketActivationTests
{
    [Theory]
    [InlineData("12", "2", 12, new[] { "fd://3", "fd://4" })]
    [InlineData("12", "2", 13, new string[0])]
    [InlineData(null, "2", 12, new string[0])]
    [InlineData("12", null, 12, new string[0])]
    [InlineData("12", "0", 12, new string[0])]
    [InlineData("12", "1000000", 12, new string[0])]
    [InlineData("12", "-1", 12, new string[0])]
    public void Sockets_are_those_that_were_meant_for_this_process(string? processId, string? count, int self, string[] expected) =>
        Assert.Equal(expected, SocketActivation.Read(name => name == "LISTEN_PID" ? processId : name == "LISTEN_FDS" ? count : null, self).Select(static a => a.ToString()));

    [Fact]
    public void The_service_manager_is_told()
    {
        using TempDirectory directory = new();
        string path = Path.Combine(directory.Path, "notify");
        using Socket manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(path));
        SocketActivation.Notify(name => name == "NOTIFY_SOCKET" ? path : null, "READY=1");
        byte[] told = new byte[64];
        Assert.Equal("READY=1", Encoding.UTF8.GetString(told, 0, manager.Receive(told)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("relative")]
    [InlineData("/nowhere/at/all")]
    public void Without_a_service_manager_nothing_happens(string? place) => SocketActivation.Notify(_ => place, "READY=1");
}
