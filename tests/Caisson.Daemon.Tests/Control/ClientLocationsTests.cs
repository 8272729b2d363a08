using Caisson.Daemon.Control;
using Caisson.Engine.Spelling;

namespace Caisson.Daemon.Tests.Control;

/// <summary>What the daemon could read is not for its clients.</summary>
public sealed class ClientLocationsTests
{
    [Theory]
    [InlineData("https://example.test/a.git#v1")]
    [InlineData("http://example.test/a.tar")]
    [InlineData("git://example.test/a")]
    [InlineData("ssh://git@example.test/a")]
    [InlineData("git@example.test:a/b.git")]
    [InlineData("github.com/a/b")]
    public void Addresses_are_taken(string location) => Assert.Equal(location, ClientLocations.Remote("the build context", location));

    [Theory]
    [InlineData("/root")]
    [InlineData("/etc/shadow")]
    [InlineData("root")]
    [InlineData("..")]
    [InlineData("-")]
    [InlineData("")]
    [InlineData("file:///root/repository.git")]
    [InlineData("oci-layout:///var/lib/caisson/images")]
    [InlineData("/home/me@host:path")]
    [InlineData("a@b@c:d")]
    public void Paths_of_this_machine_are_refused(string location)
    {
        Assert.Contains("neither with the client nor an address", Assert.Throws<UsageException>(() => ClientLocations.Remote("the build context", location)).Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => ClientLocations.Named("base", location));
    }

    [Fact]
    public void A_named_context_may_be_an_image() => Assert.Equal("docker-image://alpine", ClientLocations.Named("base", "docker-image://alpine"));

    [Fact]
    public void The_root_of_a_Dockerfile_is_that_of_its_context() => Assert.Equal("etc/shadow", ClientLocations.Dockerfile("//etc/shadow"));
}
