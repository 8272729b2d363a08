using Caisson.Cli.Commands;
using Caisson.Engine;

namespace Caisson.Cli.Tests.Usage;

public sealed class PlatformOptionTests
{
    [Theory]
    [InlineData("linux/amd64", "linux/amd64")]
    [InlineData("linux/amd64,linux/arm64,linux/arm/v7", "linux/amd64 linux/arm64 linux/arm/v7")]
    [InlineData("amd64,aarch64,linux/arm64/v8", "linux/amd64 linux/arm64 linux/arm64")]
    public void A_value_is_a_list(string value, string expected) =>
        Assert.Equal(expected, string.Join(' ', PlatformOption.ReadAll([value])));

    [Fact]
    public void The_option_may_be_repeated() =>
        Assert.Equal("linux/amd64 linux/arm64", string.Join(' ', PlatformOption.ReadAll(["linux/amd64", "linux/arm64"])));

    [Fact]
    public void Local_is_this_machine() => Assert.Equal([BuildEngine.MachinePlatform], PlatformOption.ReadAll(["local"]));

    [Fact]
    public void Local_is_this_machine_also_where_one_platform_is_taken() => Assert.Equal(BuildEngine.MachinePlatform, PlatformOption.Parse("local"));

    [Theory]
    [InlineData("arm65", "--platform=arm65: \"arm65\" is no platform such as linux/amd64 or linux/arm/v7")]
    [InlineData("linux/amd64,arm65", "--platform=linux/amd64,arm65: \"arm65\" is no platform such as linux/amd64 or linux/arm/v7")]
    [InlineData("linux/amd64,,linux/arm64", "--platform=linux/amd64,,linux/arm64: \"\" is no platform such as linux/amd64 or linux/arm/v7")]
    [InlineData("linux/amd64,", "--platform=linux/amd64,: a platform is missing behind the comma; the list is written without white space: linux/amd64,linux/arm64")]
    public void What_is_no_platform_is_refused(string value, string expected) =>
        Assert.Equal(expected, Assert.Throws<UsageException>(() => PlatformOption.ReadAll([value])).Message);
}
