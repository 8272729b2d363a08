using Caisson.Dockerfile.Source;
using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Sources;

public sealed class PullPolicyTests : BoxTests
{
    [Fact]
    public async Task What_is_here_is_built_upon_without_asking() =>
        Assert.Equal(["RUN true done"], (await Workshop.BuildAsync("FROM box:1\nRUN true\n", static r => r with { Pull = PullPolicy.Never })).Steps);

    [Fact]
    public async Task What_is_not_here_is_an_error_where_it_is_named()
    {
        Diagnostic finding = await Workshop.FailAsync("FROM scratch AS a\nFROM registry.invalid/nothing:1\n", static r => r with { Pull = PullPolicy.Never });
        Assert.Equal((EngineCodes.ImageNotLocal, "the image registry.invalid/nothing:1 is not on this machine, and --pull=never asks no registry"), (finding.Code, finding.Message));
        Assert.Equal((2, 6), (finding.Where?.Line, finding.Where?.Column));
    }
}
