using Caisson.Engine.Vendoring;

namespace Caisson.Engine.Tests.Vendoring;

public sealed class GoVersionTests
{
    [Fact]
    public void Versions_are_ordered_as_Go_orders_them()
    {
        string[] ordered = ["1.2", "1.15rc2", "1.15", "1.15.9", "1.16beta1", "1.16", "1.20.14", "1.21", "1.21rc1", "1.21rc2", "1.21.0", "1.21.1", "1.22", "1.100", "2.0"];
        for (int i = 0; i < ordered.Length; i++)
        {
            for (int j = 0; j < ordered.Length; j++)
                Assert.True(Math.Sign(Parse(ordered[i]).CompareTo(Parse(ordered[j]))) == i.CompareTo(j), $"{ordered[i]} and {ordered[j]}");
        }
        Assert.Equal(0, Parse("1.15").CompareTo(Parse("1.15.0"))); // before 1.21 the first release has no third number
        Assert.NotEqual(0, Parse("1.21").CompareTo(Parse("1.21.0")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.")]
    [InlineData("1.15.")]
    [InlineData("1.015")]
    [InlineData("v1.15")]
    [InlineData("1.15.9.1")]
    [InlineData("1.15x1")]
    [InlineData("1.15rc")]
    [InlineData("1.99999999999999999999")]
    [InlineData("-1.2")]
    [InlineData("1.15 ")]
    public void Other_texts_are_no_versions(string text) => Assert.False(GoVersion.TryParse(text, out _));

    [Theory]
    [InlineData("go1.15.9", "1.15.9")]
    [InlineData("1.15.9", "1.15.9")]
    [InlineData("go1.15.9~rc1-2+deb", "1.15.9")]
    [InlineData("go1.21.5 X:boringcrypto", "1.21.5")]
    [InlineData("1.19.8-2", "1.19.8")]
    [InlineData("go1.22-custom\n", "1.22")]
    public void A_toolchain_is_known_by_its_name_whatever_a_distribution_adds(string text, string version)
    {
        Assert.True(GoVersion.TryParseToolchain(text, out GoVersion? parsed));
        Assert.Equal(version, parsed.ToString());
    }

    [Theory]
    [InlineData("devel +abcdef")]
    [InlineData("gccgo")]
    [InlineData("go")]
    public void What_is_no_release_is_no_toolchain(string text) => Assert.False(GoVersion.TryParseToolchain(text, out _));

    private static GoVersion Parse(string text) => GoVersion.TryParse(text, out GoVersion? version) ? version : throw new ArgumentException(text, nameof(text));
}
