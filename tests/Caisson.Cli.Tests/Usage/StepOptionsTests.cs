using Caisson.Engine;
using Caisson.Linux.Sandbox;

namespace Caisson.Cli.Tests.Usage;

public sealed class StepOptionsTests
{
    [Theory]
    [InlineData("db:10.0.0.1", "db", "10.0.0.1")]
    [InlineData("db=10.0.0.1", "db", "10.0.0.1")]
    [InlineData("db:2001:db8::1", "db", "2001:db8::1")]
    [InlineData("db=[2001:db8::1]", "db", "2001:db8::1")]
    [InlineData("docker.internal:host-gateway", "docker.internal", "127.0.0.1")]
    public void A_name_is_added_with_its_address(string value, string name, string address) => Assert.Equal(new ExtraHost(name, address), StepValues.HostOf(value));

    [Theory]
    [InlineData("nofile=100", "NOFILE", 100, 100)]
    [InlineData("nofile=100:200", "NOFILE", 100, 200)]
    [InlineData("CORE=0", "CORE", 0, 0)]
    [InlineData("memlock=-1", "MEMLOCK", ulong.MaxValue, ulong.MaxValue)]
    [InlineData("nproc=5:-1", "NPROC", 5, ulong.MaxValue)]
    public void A_limit_has_a_soft_and_a_hard_value(string value, string name, ulong soft, ulong hard) => Assert.Equal(new ResourceLimit(name, soft, hard), StepValues.LimitOf(value));

    [Theory]
    [InlineData("64m", 64 << 20)]
    [InlineData("1g", 1 << 30)]
    [InlineData("4096", 4096)]
    public void A_size_has_a_unit(string value, long bytes) => Assert.Equal(bytes, StepValues.SizeOf(value));

    [Fact]
    public void What_is_allowed_adds_up()
    {
        Entitlements granted = EntitlementOption.Read(["network.host", "device=a.com/b=c", "device=a.com/b=d,alias=mine"]);
        Assert.Equal((true, false, false), (granted.HasHostNetwork, granted.HasInsecure, granted.HasAllDevices));
        Assert.Equal(["a.com/b=c: a.com/b=c", "mine: a.com/b=d"], granted.Devices.Select(static d => $"{d.Key}: {d.Value}").Order(StringComparer.Ordinal));
        Assert.True(EntitlementOption.Read(["device", "security.insecure"]) is { HasAllDevices: true, HasInsecure: true });
    }

    [Theory]
    [InlineData("host", "db", "--add-host db: write NAME:ADDRESS")]
    [InlineData("host", "db:", "--add-host db:: \"\" is no address")]
    [InlineData("host", "db:nowhere", "--add-host db:nowhere: \"nowhere\" is no address")]
    [InlineData("limit", "nofiles=1", "--ulimit nofiles=1: there is no limit \"nofiles\"; there are as, core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending, stack")]
    [InlineData("limit", "nofile", "--ulimit nofile: write NAME=SOFT or NAME=SOFT:HARD, in numbers")]
    [InlineData("limit", "nofile=1:2:3", "--ulimit nofile=1:2:3: write NAME=SOFT or NAME=SOFT:HARD, in numbers")]
    [InlineData("limit", "nofile=2:1", "--ulimit nofile=2:1: the soft limit is above the hard one")]
    [InlineData("size", "much", "--shm-size=much: write a size such as 256m")]
    [InlineData("size", "0", "--shm-size=0: write a size such as 256m")]
    [InlineData("network", "mynet", "--network=mynet: there are no networks but default, host, gateway and none")]
    [InlineData("allow", "security.insecur", "--allow security.insecur: there is no such entitlement; did you mean \"security.insecure\"?")]
    [InlineData("allow", "everything", "--allow everything: there is no such entitlement; they are network.host, security.insecure, device")]
    [InlineData("allow", "device=a,x=y", "--allow device=a,x=y: \"x=y\" is not known here")]
    public void A_wrong_value_is_refused(string option, string value, string expected)
    {
        object Read() => option switch
        {
            "host" => StepValues.HostOf(value),
            "limit" => StepValues.LimitOf(value),
            "size" => StepValues.SizeOf(value),
            "network" => StepValues.NetworkOf(value),
            _ => EntitlementOption.Read([value]),
        };
        Assert.Equal(expected, Assert.Throws<UsageException>(Read).Message);
    }
}
