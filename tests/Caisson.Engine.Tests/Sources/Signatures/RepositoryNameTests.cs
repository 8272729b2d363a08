using Caisson.Engine.Sources.Signatures;

namespace Caisson.Engine.Tests.Sources.Signatures;

/// <summary>Which addresses are meant by the beginning of one.</summary>
public sealed class RepositoryNameTests
{
    [Theory]
    [InlineData("github.com", "https://github.com/our/app.git")]
    [InlineData("github.com/our", "https://github.com/our/app.git")]
    [InlineData("github.com/our/", "https://user:password@GitHub.com:443//our/./app.git")]
    [InlineData("github.com/our", "git@github.com:our/app")]
    [InlineData("github.com/our", "git@github.com:/our/app.git")]
    [InlineData("github.com/our/app", "ssh://git@github.com/our/app.git")]
    [InlineData("github.com/our/app.git", "git://github.com./Our/App")]
    [InlineData("github.com/our", "https://github.com/x/../our/app.git")]
    [InlineData("github.com/our", "https://github.com/%6fur/app.git")]
    [InlineData("github.com/our", "https://git%68ub.com/our%2Fapp.git")]
    [InlineData("github.com:443/our", "https://github.com/our/app.git")]
    [InlineData("github.com:022", "git@github.com:our/app.git")]
    [InlineData("[::1]:8080", "http://[::1]:8080/app.git")]
    [InlineData("[::1]", "http://[::1]:8080/app.git")]
    public void Is_meant(string prefix, string address) => Assert.True(RepositoryName.OfPrefix(prefix).Covers(RepositoryName.OfAddress(address)));

    [Theory]
    [InlineData("github.com/our", "https://github.com/our-evil/app.git")]
    [InlineData("github.com/our/app", "https://github.com/our/app2.git")]
    [InlineData("github.com/our/app", "https://github.com/our.git")]
    [InlineData("github.com", "https://github.com.evil.example/our/app.git")]
    [InlineData("github.com", "https://github.com@evil.example/our/app.git")]
    [InlineData("github.com:443", "http://github.com/our/app.git")]
    [InlineData("github.com:22", "https://github.com/our/app.git")]
    public void Is_not_meant(string prefix, string address) => Assert.False(RepositoryName.OfPrefix(prefix).Covers(RepositoryName.OfAddress(address)));

    [Fact]
    public void The_longer_path_says_more_and_a_port_more_than_none()
    {
        string[] prefixes = ["a.example", "a.example:1", "a.example/b", "a.example:1/b", "a.example/b/c"];
        Assert.Equal(prefixes, prefixes.OrderBy(static p => RepositoryName.OfPrefix(p).Weight));
    }

    [Fact]
    public void One_name_written_in_two_ways_is_one() => Assert.Equal(RepositoryName.OfPrefix("a.example/b.git"), RepositoryName.OfPrefix("A.example/B/"));
}
