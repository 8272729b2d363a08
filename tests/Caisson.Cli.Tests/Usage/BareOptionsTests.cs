using Caisson.Cli.Usage;

namespace Caisson.Cli.Tests.Usage;

public sealed class BareOptionsTests
{
    [Theory]
    [InlineData("build --expect-cached .", "build --expect-cached=all .")]
    [InlineData("build --expect-cached=build:2 .", "build --expect-cached=build:2 .")]
    [InlineData("build . --expect-cached", "build . --expect-cached=all")]
    [InlineData("build --reproduce .", "build --reproduce=2 .")]
    [InlineData("run app -- --expect-cached", "run app -- --expect-cached")]
    public void An_option_without_a_value_has_its_usual_one_and_never_takes_the_next_word(string written, string read) =>
        Assert.Equal(read.Split(' '), BareOptions.Complete(written.Split(' ')));
}
