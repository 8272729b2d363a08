using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Syntax;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Parsing;

public sealed class MountTests
{
    private static Mount Read(string value, string before = "")
    {
        BoundDockerfile bound = Texts.Bind($"FROM scratch AS s\n{before}RUN --mount={value} ls");
        StageScope scope = bound.BeginScope(VariableSet.Empty);
        Step? step = null;
        foreach (BoundInstruction instruction in bound.Stages[0].Instructions)
        {
            Evaluation evaluation = scope.Evaluate(instruction);
            Assert.Empty(evaluation.Diagnostics);
            (scope, step) = (evaluation.Scope, evaluation.Step);
        }
        return Assert.Single(Assert.IsType<Step.Run>(step).Mounts).Mount;
    }

    [Theory]
    [InlineData("type=bind,source=a,target=/b", "a", "/b", true)]
    [InlineData("target=/b", "", "/b", true)]
    [InlineData("src=a,dst=/b,rw", "a", "/b", false)]
    [InlineData("Type=BIND,destination=/b,ro=false", "", "/b", false)]
    [InlineData("type=bind,target=/b,readwrite=true", "", "/b", false)]
    [InlineData("type=bind,target=/b,rw=false", "", "/b", true)]
    [InlineData("type=bind,target=.", "", ".", true)]
    [InlineData("type=bind", "", "", true)]
    [InlineData("'type=bind,\"source=a,b\",target=/x'", "a,b", "/x", true)]
    [InlineData("type=bind,target=/a,target=/b", "", "/b", true)]
    public void Bind_mounts(string value, string source, string target, bool readOnly)
    {
        Mount.Bind bind = Assert.IsType<Mount.Bind>(Read(value));
        Assert.Equal((source, target, readOnly), (bind.Source, bind.Target, bind.IsReadOnly));
    }

    [Theory]
    [InlineData("type=cache,target=/c", "/c", "/c", CacheSharing.Shared, false)]
    [InlineData("type=cache,target=/c/../d/", "/d", "/c/../d/", CacheSharing.Shared, false)]
    [InlineData("type=cache,target=/c,id=x,sharing=locked,ro", "x", "/c", CacheSharing.Locked, true)]
    [InlineData("type=cache,target=/c,sharing=Private", "/c", "/c", CacheSharing.Private, false)]
    [InlineData("type=cache,target=rel", "rel", "rel", CacheSharing.Shared, false)]
    public void Cache_mounts(string value, string id, string target, CacheSharing sharing, bool readOnly)
    {
        Mount.Cache cache = Assert.IsType<Mount.Cache>(Read(value));
        Assert.Equal((id, target, sharing, readOnly), (cache.Id, cache.Target, cache.Sharing, cache.IsReadOnly));
    }

    [Fact]
    public void A_cache_mount_can_have_mode_and_owner() =>
        Assert.Equal(new MountAccess(0x1C0, 1, 2), Assert.IsType<Mount.Cache>(Read("type=cache,target=/c,mode=0700,uid=1,gid=2")).Access);

    [Theory]
    [InlineData("type=tmpfs,target=/t", 0)]
    [InlineData("type=tmpfs,target=/t,size=64", 64)]
    [InlineData("type=tmpfs,target=/t,size=64k", 65536)]
    [InlineData("type=tmpfs,target=/t,size=1.5GiB", 1610612736)]
    [InlineData("type=tmpfs,target=/t,size=1mb", 1048576)]
    public void Tmpfs_mounts(string value, long size) => Assert.Equal(size, Assert.IsType<Mount.Tmpfs>(Read(value)).SizeBytes);

    [Theory]
    [InlineData("type=secret,id=a", "a", "/run/secrets/a", null, false)]
    [InlineData("type=secret,id=a/b", "a/b", "/run/secrets/b", null, false)]
    [InlineData("type=secret,target=/x/key", "key", "/x/key", null, false)]
    [InlineData("type=secret,source=a,required", "a", "/run/secrets/a", null, true)]
    [InlineData("required=true,type=secret,id=a,env=TOKEN", "a", null, "TOKEN", true)]
    [InlineData("type=secret,id=a,env=TOKEN,target=/x", "a", "/x", "TOKEN", false)]
    public void Secret_mounts(string value, string id, string? target, string? variable, bool required)
    {
        Mount.Secret secret = Assert.IsType<Mount.Secret>(Read(value));
        Assert.Equal((id, target, variable, required), (secret.Id, secret.Target, secret.Variable, secret.IsRequired));
    }

    [Theory]
    [InlineData("type=ssh", "default", null, false)]
    [InlineData("type=ssh,id=x,target=/s,required=1", "x", "/s", true)]
    public void Ssh_mounts(string value, string id, string? target, bool required)
    {
        Mount.Ssh ssh = Assert.IsType<Mount.Ssh>(Read(value));
        Assert.Equal((id, target, required), (ssh.Id, ssh.Target, ssh.IsRequired));
    }

    [Fact]
    public void Values_expand_variables() =>
        Assert.Equal("/cache/go", Assert.IsType<Mount.Cache>(Read("type=$T,target=$D/go", "ARG T=cache D=/cache\n")).Target);

    [Fact]
    public void A_mount_with_variables_is_checked_once_they_are_known()
    {
        BoundDockerfile bound = Texts.Bind("FROM scratch\nARG T=cahe\nRUN --mount=type=$T,target=/x ls");
        StageScope scope = bound.BeginScope(VariableSet.Empty).Evaluate(bound.Stages[0].Instructions[0]).Scope;
        Evaluation evaluation = scope.Evaluate(bound.Stages[0].Instructions[1]);
        Assert.Null(evaluation.Step);
        Assert.Equal("unknown mount type \"cahe\"", Assert.Single(evaluation.Diagnostics).Message);
    }

    [Fact]
    public void Options_have_places()
    {
        MountFlag mount = Assert.Single(Texts.Single<RunInstruction>("RUN --mount=type=cache,\\", "target=/x ls").Mounts);
        Assert.Equal("Dockerfile:2:1", mount.Options[1].Key.Span.ToString());
        Assert.Equal("Dockerfile:2:8", mount.Options[1].Value!.Span.ToString());
    }

    [Theory]
    [InlineData("1", true, 1)]
    [InlineData("1k", true, 1024)]
    [InlineData("1kib", true, 1024)]
    [InlineData("2 gb", true, 2147483648)]
    [InlineData("1b", true, 1)]
    [InlineData("1kx", false, 0)]
    [InlineData("k", false, 0)]
    [InlineData("-1", false, 0)]
    [InlineData("99999999999999999999g", false, 0)]
    public void Sizes_are_powers_of_1024(string text, bool isSize, long expected)
    {
        Assert.Equal(isSize, ByteSize.TryParse(text, out long bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData(".5s", 500)]
    [InlineData("100ms", 100)]
    [InlineData("2000us", 2)]
    [InlineData("2000000ns", 2)]
    [InlineData("+1s", 1_000)]
    [InlineData("-1s", -1_000)]
    [InlineData("0", 0)]
    public void Durations_are_those_of_go(string text, int milliseconds)
    {
        Assert.True(GoDuration.TryParse(text, out TimeSpan duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("1d")]
    [InlineData("1s1")]
    [InlineData("1..5s")]
    [InlineData("99999999h")]
    [InlineData("1 s")]
    public void Other_durations_are_refused(string text) => Assert.False(GoDuration.TryParse(text, out _));
}
