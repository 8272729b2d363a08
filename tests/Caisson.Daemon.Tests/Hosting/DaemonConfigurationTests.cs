using Caisson.Daemon.Hosting;
using Caisson.Oci.Toml;

namespace Caisson.Daemon.Tests.Hosting;

public sealed class DaemonConfigurationTests
{
    [Fact]
    public void What_matters_of_a_file_is_read()
    {
        DaemonConfiguration read = DaemonConfiguration.Parse("""
            debug = true
            root = "/srv/store"
            insecure-entitlements = [ "network.host", "security.insecure" ]
            [grpc]
              address = [ "tcp://0.0.0.0:1234", "unix:///run/b.sock" ]
              gid = 7
              [grpc.tls]
                cert = "c.pem"
                key = "k.pem"
                ca = "ca.pem"
            [worker.oci]
              gc = true
              maxUsedSpace = "20GB"
              max-parallelism = 3
            [history]
              maxEntries = 9
            [cdi]
              specDirs = ["/d"]
            [registry."docker.io"]
              mirrors = ["mirror.example:5000", "other.example/hub"]
            [registry."mirror.example:5000"]
              http = true
              insecure = true
              ca = ["m.pem"]
              [[registry."mirror.example:5000".keypair]]
                key = "mk.pem"
                cert = "mc.pem"
            """);
        Assert.Empty(read.Warnings);
        Assert.Equal("/srv/store", read.Root);
        Assert.Equal(["network.host", "security.insecure"], read.Entitlements);
        Assert.Equal(["tcp://0.0.0.0:1234", "unix:///run/b.sock"], read.Addresses);
        Assert.Equal(("ca.pem", "c.pem", "k.pem"), read.Tls);
        Assert.Equal((7u, 20L << 30, 3, 9), (read.Group, read.MaxSizeBytes, read.MaxRunningSteps, read.HistoryMaxBuilds));
        Assert.Equal(["/d"], read.DeviceDirectories!.Value);
        Assert.Equal(["docker.io", "mirror.example:5000"], read.Registries.Select(static r => r.Host));
        Assert.Equal(["mirror.example:5000", "other.example/hub"], read.Registries[0].Mirrors);
        Assert.True(read.Registries[1].IsPlain);
        Assert.Equal(["m.pem"], read.Registries[1].Authorities);
        Assert.Equal(("mc.pem", "mk.pem"), read.Registries[1].Shown);
    }

    [Theory]
    [InlineData("colour = 1", "1:10: colour is passed over: at the top it means nothing here")]
    [InlineData("[worker.oci]\nsnapshotter = \"overlayfs\"", "2:15: snapshotter is passed over: in [worker.oci] it means nothing here")]
    [InlineData("\n[dns]\nnameservers = [\"1.1.1.1\"]", "2:1: [dns] is passed over: steps have the machine's name servers")]
    [InlineData("[nonsense]", "1:1: [nonsense] is passed over: there is no such table")]
    [InlineData("[registry.\"r.example\"]\ninsecure = true", "2:12: insecure is passed over: certificates are always checked; name those to trust with ca")]
    public void What_is_not_known_is_passed_over_with_a_warning(string text, string warning) => Assert.Equal([warning], DaemonConfiguration.Parse(text).Warnings);

    [Theory]
    [InlineData("insecure-entitlements = [\"network.hots\"]", 1, 25, "there is no entitlement \"network.hots\"")]
    [InlineData("root = 7", 1, 8, "write a string")]
    [InlineData("[worker.oci]\nmaxUsedSpace = \"much\"", 2, 16, "write a size")]
    [InlineData("[worker.oci]\nmaxUsedSpace = \"120%\"", 2, 16, "write a size")]
    [InlineData("[history]\nmaxEntries = -1", 2, 14, "not negative")]
    [InlineData("[registry.\"a/b\"]\nhttp = true", 1, 1, "is no host")]
    [InlineData("[grpc.tls]\ncert = \"c\"", 1, 1, "needs ca, cert and key")]
    [InlineData("[grpc]\naddress = [1]", 2, 11, "list of strings")]
    public void What_cannot_be_meant_is_refused_with_its_place(string text, int line, int column, string message)
    {
        TomlException e = Assert.Throws<TomlException>(() => DaemonConfiguration.Parse(text));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (e.Line, e.Column));
    }

    [Fact]
    public void A_limit_may_be_a_share_of_the_disk() => Assert.Equal(60, DaemonConfiguration.Parse("[worker.oci]\nmaxUsedSpace = \"60%\"").MaxSizePercent);
}
