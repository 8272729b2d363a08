using System.Collections.Immutable;
using Caisson.Daemon.Control;
using Caisson.Daemon.Hosting;
using Caisson.Daemon.Proto.Control;
using Caisson.Engine;
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
        Assert.Equal(["1:9: debug is passed over: at the top it means nothing here"], read.Warnings);
        Assert.Equal("/srv/store", read.Root);
        Assert.Equal(["network.host", "security.insecure"], read.Entitlements);
        Assert.Equal(["tcp://0.0.0.0:1234", "unix:///run/b.sock"], read.Addresses);
        Assert.Equal(("ca.pem", "c.pem", "k.pem"), read.Tls);
        Assert.Equal((7u, 3, 9), (read.Group, read.MaxRunningSteps, read.HistoryMaxBuilds));
        Assert.Equal(4, read.CacheRules.Length);
        Assert.Equal(["/d"], read.DeviceDirectories!.Value);
        Assert.Equal(["docker.io", "mirror.example:5000"], read.Registries.Select(static r => r.Host));
        Assert.Equal(["mirror.example:5000", "other.example/hub"], read.Registries[0].Mirrors);
        Assert.True(read.Registries[1].IsPlain);
        Assert.Equal(["m.pem"], read.Registries[1].Authorities);
        Assert.Equal(("mc.pem", "mk.pem"), read.Registries[1].Shown);
    }

    // The settings of BuildKit's own complete example (docs/buildkitd.toml.md).
    [Fact]
    public void What_BuildKit_has_an_example_of_is_read_and_all_that_has_no_effect_is_warned_of()
    {
        DaemonConfiguration read = DaemonConfiguration.Parse("""
            root = "/var/lib/buildkit"
            insecure-entitlements = [ "network.host", "security.insecure", "device" ]
            proxyNetwork = true
            provenanceEnvDir = "/etc/buildkit/provenance.d"
            [log]
              format = "text"
              level = "info"
            [dns]
              nameservers=["1.1.1.1","8.8.8.8"]
            [grpc]
              address = [ "tcp://0.0.0.0:1234" ]
              debugAddress = "0.0.0.0:6060"
              uid = 5
              gid = 6
              [grpc.tls]
                cert = "/etc/buildkit/tls.crt"
                key = "/etc/buildkit/tls.key"
                ca = "/etc/buildkit/tlsca.crt"
            [otel]
              socketPath = "/run/buildkit/otel-grpc.sock"
            [cdi]
              disabled = true
              specDirs = ["/etc/cdi", "/var/run/cdi", "/etc/buildkit/cdi"]
              autoAllowed = ["vendor.example/gpu"]
            [history]
              maxAge = 172800
              maxEntries = 50
            [worker.oci]
              enabled = true
              platforms = [ "linux/amd64", "linux/arm64" ]
              snapshotter = "auto"
              rootless = false
              noProcessSandbox = false
              gc = true
              reservedSpace = "30%"
              maxUsedSpace = "60%"
              minFreeSpace = "20GB"
              binary = ""
              apparmor-profile = ""
              max-parallelism = 4
              cniPoolSize = 16
              [worker.oci.labels]
                "foo" = "bar"
              [[worker.oci.gcpolicy]]
                reservedSpace = "512MB"
                keepDuration = "48h"
                filters = [ "type==source.local" ]
              [[worker.oci.gcpolicy]]
                all = true
                reservedSpace = 1024000000
            [worker.containerd]
              address = "/run/containerd/containerd.sock"
              [worker.containerd.runtime]
                options = { BinaryName = "runc" }
              [[worker.containerd.gcpolicy]]
                all = true
            [registry."docker.io"]
              mirrors = ["yourmirror.local:5000", "core.harbor.domain/proxy.docker.io"]
              http = true
              insecure = true
              ca=["/etc/config/myca.pem"]
              [[registry."docker.io".keypair]]
                key="/etc/config/key.pem"
                cert="/etc/config/cert.pem"
            [registry."yourmirror.local:5000"]
              http = true
            [frontend."dockerfile.v0"]
              enabled = true
            [system]
              platformsCacheMaxAge = "1h"
            [ghacache.sign]
            cmd = ""
            """);
        Assert.Equal(
            [
                "3:16: proxyNetwork is passed over: at the top it means nothing here",
                "4:20: provenanceEnvDir is passed over: at the top it means nothing here",
                "5:1: [log] is passed over: the daemon keeps no log; what whoever runs it should know, it writes to stderr",
                "8:1: [dns] is passed over: steps have the machine's name servers",
                "12:18: debugAddress is passed over: in [grpc] it means nothing here",
                "19:1: [otel] is passed over: traces of clients are taken on the daemon's own addresses",
                "26:12: maxAge is passed over: in [history] it means nothing here",
                "30:15: platforms is passed over: in [worker.oci] it means nothing here",
                "31:17: snapshotter is passed over: in [worker.oci] it means nothing here",
                "32:14: rootless is passed over: in [worker.oci] it means nothing here",
                "33:22: noProcessSandbox is passed over: in [worker.oci] it means nothing here",
                "38:12: binary is passed over: in [worker.oci] it means nothing here",
                "39:22: apparmor-profile is passed over: in [worker.oci] it means nothing here",
                "41:17: cniPoolSize is passed over: in [worker.oci] it means nothing here",
                "51:1: [worker.containerd] is passed over: there is no containerd: steps are run by an OCI runtime",
                "67:1: [frontend.dockerfile.v0] is passed over: frontends are no images here; the Dockerfile is read by Caisson itself",
                "69:1: [system] is passed over: there is nothing to set",
                "71:1: [ghacache.sign] is passed over: what is kept at GitHub is neither signed nor verified",
            ],
            read.Warnings);
        Assert.Equal((5u, 6u), (read.Owner, read.Group));
        Assert.Equal(["vendor.example/gpu"], read.AllowedDevices);
        Assert.Equal([KeyValuePair.Create("foo", "bar")], read.Labels);
        Assert.Equal((4, 50), (read.MaxRunningSteps, read.HistoryMaxBuilds));
        Assert.Equal(2, read.CacheRules.Length);
    }

    [Fact]
    public void A_mirror_may_be_written_with_a_scheme_which_does_not_say_how_it_is_spoken_to()
    {
        DaemonConfiguration read = DaemonConfiguration.Parse("""
            [registry."docker.io"]
            mirrors = ["http://a.example:5000", "https://b.example/path/", "http://c.example", "localhost:5000"]
            [registry."c.example"]
            http = true
            """);
        Assert.Equal(["a.example:5000", "b.example/path", "c.example", "localhost:5000"], read.Registries[1].Mirrors);
        Assert.Equal(["2:11: http:// before a.example:5000 is passed over: to speak to it without TLS, say http = true in [registry.\"a.example:5000\"]"], read.Warnings);
    }

    [Fact]
    public void A_device_that_is_allowed_always_is_granted_to_every_build_beside_what_its_client_grants()
    {
        BuildDefaults builds = new() { AllowedDevices = ["vendor.example/gpu", "vendor.example/tpu=1", "vendor.example/tpu=1"] };
        Assert.Equal(["vendor.example/gpu=*", "vendor.example/tpu=1"], builds.Complete(Entitlements.None).Devices.Keys.Order(StringComparer.Ordinal));
        Entitlements client = new() { HasInsecure = true, Devices = ImmutableDictionary<string, string>.Empty.Add("vendor.example/tpu=1", "other.example/x=2") };
        Assert.Equal("other.example/x=2", builds.Complete(client).Devices["vendor.example/tpu=1"]);
        Assert.True(builds.Complete(client).HasInsecure);
    }

    [Fact]
    public void Labels_of_the_worker_are_shown_beside_its_own()
    {
        DaemonConfiguration read = DaemonConfiguration.Parse("worker.oci.labels = { foo = 'bar', 'org.mobyproject.buildkit.worker.network' = 'none' }");
        WorkerRecord worker = new WorkerFacts(new DaemonFacts("/s", "1", "h") { Labels = read.Labels, Time = TimeProvider.System }, [], []).Record();
        Assert.Equal(("bar", "none", "h"), (worker.Labels["foo"], worker.Labels["org.mobyproject.buildkit.worker.network"], worker.Labels["org.mobyproject.buildkit.worker.hostname"]));
    }

    [Theory]
    [InlineData("debug = true", "network.host")]
    [InlineData("insecure-entitlements = []", "")]
    [InlineData("insecure-entitlements = [\"device\"]", "device")]
    public void Clients_may_grant_the_machines_network_unless_something_else_is_said(string text, string granted) =>
        Assert.Equal(granted, string.Join(' ', DaemonConfiguration.Parse(text).Entitlements));

    [Theory]
    [InlineData("[worker]\noci.max-parallelism = 3")]
    [InlineData("worker = { oci = { max-parallelism = 3 } }")]
    [InlineData("worker.oci.max-parallelism = 3")]
    public void A_table_may_be_written_in_any_way(string text)
    {
        DaemonConfiguration read = DaemonConfiguration.Parse(text);
        Assert.Equal(3, read.MaxRunningSteps);
        Assert.Empty(read.Warnings);
    }

    [Fact]
    public void Paths_are_relative_to_the_file()
    {
        DaemonConfiguration read = DaemonConfiguration.Parse("""
            root = "store"
            cdi.specDirs = ["d", "/e", "../f"]
            grpc.tls = { ca = "ca.pem", cert = "/c.pem", key = "k/k.pem" }
            [registry."r.example"]
            ca = "r.pem"
            keypair = [{ key = "rk.pem", cert = "rc.pem" }]
            """).Below("/etc/caisson");
        Assert.Equal("/etc/caisson/store", read.Root);
        Assert.Equal(["/etc/caisson/d", "/e", "/etc/f"], read.DeviceDirectories!.Value);
        Assert.Equal(("/etc/caisson/ca.pem", "/c.pem", "/etc/caisson/k/k.pem"), read.Tls);
        Assert.Equal(["/etc/caisson/r.pem"], read.Registries[0].Authorities);
        Assert.Equal(("/etc/caisson/rc.pem", "/etc/caisson/rk.pem"), read.Registries[0].Shown);
    }

    [Theory]
    [InlineData("colour = 1", "1:10: colour is passed over: at the top it means nothing here")]
    [InlineData("[worker.oci]\nsnapshotter = \"overlayfs\"", "2:15: snapshotter is passed over: in [worker.oci] it means nothing here")]
    [InlineData("\n[dns]\nnameservers = [\"1.1.1.1\"]", "2:1: [dns] is passed over: steps have the machine's name servers")]
    [InlineData("[worker.oci]\nenabled = false", "2:11: enabled is passed over: there is no other worker")]
    [InlineData("[nonsense]", "1:1: [nonsense] is passed over: there is no such table")]
    [InlineData("[registry.\"r.example\"]\ninsecure = true", "2:12: insecure is passed over: certificates are always checked; name those to trust with ca")]
    public void What_is_not_known_is_passed_over_with_a_warning(string text, string warning) => Assert.Equal([warning], DaemonConfiguration.Parse(text).Warnings);

    [Theory]
    [InlineData("insecure-entitlements = [\"network.hots\"]", 1, 25, "there is no entitlement \"network.hots\"")]
    [InlineData("[cdi]\nautoAllowed = [\"gpu\"]", 2, 15, "\"gpu\" is no device; write vendor.example/class, or vendor.example/class=name")]
    [InlineData("[grpc]\nuid = 4294967295", 2, 7, "not negative")]
    [InlineData("root = \"\"", 1, 8, "root: it is empty; write something in the quotes, or take the line out")]
    [InlineData("[cdi]\nspecDirs = \"\"", 2, 12, "list of strings that are not empty")]
    [InlineData("\n[worker.oci.gcpolicy]", 2, 1, "write its header in double brackets, [[…]]")]
    [InlineData("worker.oci.gcpolicy.all = true", 1, 1, "write its header in double brackets, [[…]]")]
    [InlineData("[registry.\"r.example\".keypair]", 1, 1, "write its header in double brackets, [[…]]")]
    [InlineData("[[grpc]]", 1, 1, "write its header in single brackets, […]")]
    [InlineData("[[registry.\"r.example\"]]", 1, 1, "write its header in single brackets, […]")]
    [InlineData("root = 7", 1, 8, "write a string")]
    [InlineData("[worker.oci]\nmaxUsedSpace = \"much\"", 2, 16, "write a size")]
    [InlineData("[worker.oci]\nmaxUsedSpace = \"120%\"", 2, 16, "write a size")]
    [InlineData("[[worker.oci.gcpolicy]]\nminFreeSpace = -1", 2, 16, "write a size")]
    [InlineData("[[worker.oci.gcpolicy]]\nkeepDuration = \"long\"", 2, 16, "write a time")]
    [InlineData("[[worker.oci.gcpolicy]]\nkeepDuration = -3", 2, 16, "write a time")]
    [InlineData("[[worker.oci.gcpolicy]]\nkeepDuration = 99999999999999", 2, 16, "write a time")]
    [InlineData("[[worker.oci.gcpolicy]]\nfilters = [\"type==source.lokal\"]", 2, 11, "filters: filter \"type=source.lokal\": there is no type \"source.lokal\"; did you mean \"source.local\"?")]
    [InlineData("[worker.oci]\ngc = \"yes\"", 2, 6, "write true or false")]
    [InlineData("[history]\nmaxEntries = -1", 2, 14, "not negative")]
    [InlineData("[registry.\"a/b\"]\nhttp = true", 1, 1, "is no host")]
    [InlineData("[registry.\"r.example\"]\nmirrors = [\"a b\"]", 2, 11, "\"a b\" is no mirror; write host[:port][/path], with the port where the host has no dot")]
    [InlineData("[registry.\"r.example\"]\nmirrors = [\"ftp://m.example\"]", 2, 11, "is no mirror; write host[:port][/path], with the port where the host has no dot")]
    [InlineData("[registry.\"r.example\"]\nmirrors = [\"http://u:p@m.example\"]", 2, 11, "is no mirror; write host[:port][/path], with the port where the host has no dot")]
    [InlineData("[grpc.tls]\ncert = \"c\"", 1, 1, "needs ca, cert and key")]
    [InlineData("[grpc]\naddress = [1]", 2, 11, "list of strings")]
    public void What_cannot_be_meant_is_refused_with_its_place(string text, int line, int column, string message)
    {
        TomlException e = Assert.Throws<TomlException>(() => DaemonConfiguration.Parse(text));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (e.Line, e.Column));
    }

    [Fact]
    public void Rules_about_the_cache_are_read_as_they_are()
    {
        DaemonConfiguration read = DaemonConfiguration.Parse("""
            [worker.oci]
              gc = true
              maxUsedSpace = 7
            [[worker.oci.gcpolicy]]
              filters = ["type==source.local", "type==exec.cachemount,inuse==false", "type==frontend"]
              keepDuration = "48h"
              maxUsedSpace = "512MB"
            [[worker.oci.gcpolicy]]
              keepDuration = 3600
              reservedSpace = "10%"
              minFreeSpace = 1000000000
            [[worker.oci.gcpolicy]]
              all = true
              keepDuration = "172800"
              keepBytes = "1GB"
              maxUsedSpace = 0
            """);
        Assert.Empty(read.Warnings);
        Assert.Equal(3, read.CacheRules.Length);
        Assert.Equal(["type==source.local", "type==exec.cachemount,inuse==false", "type==frontend"], read.CacheRules[0].Filters);
        Assert.Equal([TimeSpan.FromDays(2), TimeSpan.FromHours(1), TimeSpan.FromDays(2)], read.CacheRules.Select(static r => r.UnusedFor));
        Assert.Equal([(null, 512L << 20, null), (10L, null, 1_000_000_000), (1L << 30, null, null)], LimitsOf(read));
        Assert.Equal([false, false, true], read.CacheRules.Select(static r => r.All));
    }

    [Theory]
    [InlineData("gc = true", 10L, 80L, 20L)]
    [InlineData("gc = true\nmaxUsedSpace = \"30%\"", null, 30L, null)]
    [InlineData("minFreeSpace = \"30%\"\ngckeepstorage = \"1%\"", null, null, 30L)]
    [InlineData("gckeepstorage = 7", 7L, null, null)]
    public void Without_rules_of_its_own_they_are_the_usual_ones_with_the_limits_that_there_are(string worker, long? reserved, long? most, long? free)
    {
        DaemonConfiguration read = DaemonConfiguration.Parse("[worker.oci]\n" + worker);
        Assert.Equal([(null, 512_000_000, null), (reserved, most, free), (reserved, most, free), (reserved, most, free)], LimitsOf(read));
        Assert.Equal([TimeSpan.FromDays(2), TimeSpan.FromDays(60), null, null], read.CacheRules.Select(static r => r.UnusedFor));
        Assert.Equal([false, false, false, true], read.CacheRules.Select(static r => r.All));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[worker.oci]\nmax-parallelism = 2")]
    [InlineData("[worker.oci]\ngc = false\nmaxUsedSpace = 7\n[[worker.oci.gcpolicy]]\nall = true")]
    public void Nothing_is_removed_unless_it_is_said(string text) => Assert.Empty(DaemonConfiguration.Parse(text).CacheRules);

    [Fact]
    public void A_limit_may_be_a_share_of_the_disk_and_of_share_and_size_the_lesser()
    {
        Assert.Equal(60_000, new SpaceAmount { Percent = 60 }.On(100_000));
        Assert.Equal(7, new SpaceAmount { Percent = 60, Bytes = 7 }.On(100_000));
        Assert.Equal(60_000, new SpaceAmount { Percent = 60, Bytes = 70_000 }.On(100_000));
        Assert.Equal(7, new SpaceAmount { Bytes = 7 }.On(0));
        Assert.Equal(2_000_000_000, new SpaceAmount { Percent = 60 }.On(0));
    }

    // Shares as numbers, sizes in bytes: reserved, used at most, free at least.
    private static (long?, long?, long?)[] LimitsOf(DaemonConfiguration read) => [.. read.CacheRules.Select(static r => (Of(r.Reserved), Of(r.MaxUsed), Of(r.MinFree)))];

    private static long? Of(SpaceAmount? amount) => amount?.Percent ?? amount?.Bytes;
}
