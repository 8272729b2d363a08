using Caisson.Engine.Vendoring;

namespace Caisson.Engine.Tests.Vendoring;

public sealed class SemanticVersionTests
{
    [Fact]
    public void Versions_are_ordered_as_semver_orders_them()
    {
        string[] ordered = ["v0.0.0-20200101000000-abcdef012345", "v0.9.0", "v1.0.0-alpha", "v1.0.0-alpha.1", "v1.0.0-alpha.beta", "v1.0.0-rc.2", "v1.0.0-rc.11", "v1.0.0", "v1.2.0", "v1.10.0", "v2.0.0+incompatible"];
        for (int i = 0; i < ordered.Length; i++)
        {
            for (int j = 0; j < ordered.Length; j++)
                Assert.True(Math.Sign(Parse(ordered[i]).CompareTo(Parse(ordered[j]))) == i.CompareTo(j), $"{ordered[i]} and {ordered[j]}");
        }
        Assert.Equal(["v1.0.0-rc.2"], ordered.Where(static v => v == "v1.0.0-rc.2" && Parse(v).IsCandidate));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.2.3")]
    [InlineData("v1.2")]
    [InlineData("v1.2.3.4")]
    [InlineData("v01.2.3")]
    [InlineData("v1.2.3-")]
    [InlineData("v1.2.3-01")]
    [InlineData("v1.2.3+")]
    [InlineData("v1.2.3-a..b")]
    [InlineData("v1.2.99999999999999999999")]
    [InlineData("vx.y.z")]
    [InlineData("release-1.2.3")]
    public void A_tag_that_is_no_version_is_none(string text) => Assert.False(SemanticVersion.TryParse(text, out _));

    private static SemanticVersion Parse(string text) => SemanticVersion.TryParse(text, out SemanticVersion? version) ? version : throw new ArgumentException(text, nameof(text));
}
