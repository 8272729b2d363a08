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
            ("add-hosts", "Name=1.2.3.4,\"other=::1\""), ("shm-size", "1048576"), ("ulimit", "nofile=1:2"), ("hostname", "box"));
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
        Assert.Equal("box", request.HostName);
        Assert.True(request.TellsPlatforms);
    }

    [Fact]
    public void What_is_left_open_is_as_usual()
    {
        BuildRequest request = Of(("shm-size", "0"), ("hostname", ""), ("multi-platform", ""), ("platform", "linux/amd64"));
        Assert.Null(request.SharedMemoryBytes);
        Assert.Null(request.HostName);
        Assert.False(request.TellsPlatforms);
        Assert.Null(With(("contextsubdir", "")).ContextDirectory);
    }

    [Theory]
    [InlineData("true", null, true)]
    [InlineData("F", null, false)]
    [InlineData("true", "0", false)]
    [InlineData("false", "T", true)]
    [InlineData("true", "", true)]
    public void Whether_one_platform_is_told_is_said_by_an_attribute_or_before_it_by_a_build_argument(string attribute, string? argument, bool isTold)
    {
        (string, string)[] given = argument is null ? [] : [("build-arg:BUILDKIT_MULTI_PLATFORM", argument)];
        Assert.Equal(isTold, With([("multi-platform", attribute), .. given]).IsMultiPlatform);
    }

    [Fact]
    public void Several_platforms_cannot_be_one_result() =>
        Assert.Contains("conflicting config", Assert.Throws<UsageException>(() => Of(("multi-platform", "false"), ("platform", "linux/amd64,linux/arm64"))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("attest:provenance")]
    [InlineData("build-arg:BUILDKIT_ATTEST_PROVENANCE")]
    public void Provenance_is_asked_for_in_either_way(string key) => Assert.Equal("mode=max", With((key, "mode=max")).Provenance);

    [Fact]
    public void No_cache_without_stages_means_all_of_them() => Assert.False(Of(("no-cache", "")).UsesCache);

    [Theory]
    [InlineData("platform", "nonsense/x/y/z")]
    [InlineData("image-resolve-mode", "sometimes")]
    [InlineData("force-network-mode", "bridge")]
    [InlineData("shm-size", "-1")]
    [InlineData("multi-platform", "perhaps")]
    [InlineData("ulimit", "nofile")]
    [InlineData("add-hosts", "name")]
    public void What_is_not_understood_is_refused(string key, string value) => Assert.Throws<UsageException>(() => Of((key, value)));

    [Theory]
    [InlineData("attest:sbom", "generator=x")]
    [InlineData("build-arg:BUILDKIT_ATTEST_SBOM", "")]
    [InlineData("attest:other", "")]
    [InlineData("override-copy-image", "x")]
    [InlineData("frontend.caps", "moby.buildkit.frontend.contexts+forward,moby.buildkit.frontend.other+forward")]
    [InlineData("build-arg:BUILDKIT_DISABLE_FILEOP", "1")]
    [InlineData("cgroup-parent", "/x")]
    [InlineData("memory", "1000")]
    public void What_cannot_be_done_is_not_passed_over(string key, string value) => Assert.Throws<UsageException>(() => With((key, value)).Refuse());

    [Fact]
    public void What_the_frontend_can_do_may_be_asked_for() => With(("frontend.caps", "moby.buildkit.frontend.contexts+forward,moby.buildkit.frontend.gitquerystring")).Refuse();

    private static BuildRequest Of(params (string Key, string Value)[] attributes) => With(attributes).Apply(new BuildRequest { Context = BuildContext.FromDirectory("/") });

    private static FrontendAttributes With(params (string Key, string Value)[] attributes) => new(attributes.ToDictionary(static a => a.Key, static a => a.Value));
}
