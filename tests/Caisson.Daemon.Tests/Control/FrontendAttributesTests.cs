using Caisson.Daemon.Control;
using Caisson.Engine;
using Caisson.Engine.Spelling;
using Caisson.Linux.Sandbox;

namespace Caisson.Daemon.Tests.Control;

public sealed class FrontendAttributesTests
{
    [Fact]
    public void What_clients_send_becomes_a_request()
    {
        BuildRequest request = Of(
            ("target", "app"), ("build-arg:A", "1"), ("label:l", "v"), ("platform", "linux/amd64,linux/arm64"), ("no-cache", "one,two"), ("image-resolve-mode", "pull"), ("force-network-mode", "none"),
            ("add-hosts", "name=1.2.3.4,\"other=::1\""), ("shm-size", "1048576"), ("ulimit", "nofile=1:2"));
        Assert.Equal("app", request.Target);
        Assert.Equal("1", request.Arguments["A"]);
        Assert.Equal("v", request.Labels["l"]);
        Assert.Equal(["linux/amd64", "linux/arm64"], request.Platforms.Select(static p => p.ToString()));
        Assert.True(request.UsesCache);
        Assert.Equal(["one", "two"], request.FreshStages);
        Assert.Equal(PullPolicy.Always, request.Pull);
        Assert.Equal(SandboxNetwork.None, request.Network);
        Assert.Equal([new ExtraHost("name", "1.2.3.4"), new ExtraHost("other", "::1")], request.ExtraHosts);
        Assert.Equal(1 << 20, request.SharedMemoryBytes);
        Assert.Equal([new ResourceLimit("NOFILE", 1, 2)], request.Limits);
    }

    [Fact]
    public void No_cache_without_stages_means_all_of_them() => Assert.False(Of(("no-cache", "")).UsesCache);

    [Theory]
    [InlineData("platform", "nonsense/x/y/z")]
    [InlineData("image-resolve-mode", "sometimes")]
    [InlineData("force-network-mode", "bridge")]
    [InlineData("shm-size", "-1")]
    [InlineData("ulimit", "nofile")]
    [InlineData("add-hosts", "name")]
    public void What_is_not_understood_is_refused(string key, string value) => Assert.Throws<UsageException>(() => Of((key, value)));

    [Theory]
    [InlineData("attest:sbom", "generator=x")]
    [InlineData("cgroup-parent", "/x")]
    [InlineData("memory", "1000")]
    public void What_cannot_be_done_is_not_passed_over(string key, string value) => Assert.Throws<UsageException>(() => With((key, value)).Refuse());

    private static BuildRequest Of(params (string Key, string Value)[] attributes) => With(attributes).Apply(new BuildRequest { Context = BuildContext.FromDirectory("/") });

    private static FrontendAttributes With(params (string Key, string Value)[] attributes) => new(attributes.ToDictionary(static a => a.Key, static a => a.Value));
}
