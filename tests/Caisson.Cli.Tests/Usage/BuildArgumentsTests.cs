using Caisson.Cli.Commands;
using Caisson.Cli.Tests.Testing;

namespace Caisson.Cli.Tests.Usage;

public sealed class BuildArgumentsTests
{
    [Theory]
    [InlineData("A=1", "A", "1")]
    [InlineData("A=1=2", "A", "1=2")]
    [InlineData("A=", "A", "")]
    [InlineData("FROM_OUTSIDE", "FROM_OUTSIDE", "seen")]
    public void An_argument_has_its_own_value_or_that_of_the_environment(string argument, string name, string value) =>
        Assert.Equal(value, BuildArguments.Read([argument], TestCommands.Environment)[name]);

    [Fact]
    public void An_argument_that_the_environment_lacks_is_left_out() => Assert.Empty(BuildArguments.Read(["ABSENT"], TestCommands.Environment));

    [Fact]
    public void The_last_value_of_an_argument_counts() => Assert.Equal("2", BuildArguments.Read(["A=1", "A=2"], TestCommands.Environment)["A"]);

    [Fact]
    public void The_proxies_of_the_environment_are_given_to_every_build()
    {
        var environment = TestCommands.Environment with { Variables = new Dictionary<string, string> { ["https_proxy"] = "http://proxy:3128", ["NO_PROXY"] = "" } };
        Assert.Equal([KeyValuePair.Create("https_proxy", "http://proxy:3128")], BuildArguments.Read([], environment));
    }

    [Theory]
    [InlineData("", "1")]
    [InlineData("SOURCE_DATE_EPOCH=2", "2")]
    public void The_time_of_the_environment_is_given_to_every_build_that_is_not_given_another(string argument, string value)
    {
        var environment = TestCommands.Environment with { Variables = new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = "1" } };
        Assert.Equal(value, BuildArguments.Read(argument.Length == 0 ? [] : [argument], environment)["SOURCE_DATE_EPOCH"]);
    }

    [Fact]
    public void An_argument_without_a_name_is_refused() =>
        Assert.Equal("--build-arg =1: write NAME=VALUE", Assert.Throws<UsageException>(() => BuildArguments.Read(["=1"], TestCommands.Environment)).Message);
}
