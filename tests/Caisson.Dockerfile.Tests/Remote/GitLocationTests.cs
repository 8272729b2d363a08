using Caisson.Dockerfile.Remote;

namespace Caisson.Dockerfile.Tests.Remote;

/// <summary>What is a git repository and what is not, as BuildKit tells them apart (frontend/dockerfile/dfgitutil).</summary>
public sealed class GitLocationTests
{
    [Theory]
    [InlineData("https://example.com/")]
    [InlineData("https://example.com/foo")]
    [InlineData("https://example.com/foo.git/")]
    [InlineData("https://example.com/foo.git.bar")]
    [InlineData("http://github.com/docker/docker.git:#branch")]
    [InlineData("custom.xyz/moby/buildkit.git")]
    [InlineData("ftp://example.com/foo.git")]
    [InlineData("file:///foo.git")]
    [InlineData("ext::sh -c evil")]
    [InlineData("foo.git")]
    [InlineData("./github.com/foo")]
    [InlineData("../foo.git")]
    [InlineData("/foo.git")]
    [InlineData("")]
    public void Other_texts_name_no_repository(string text)
    {
        Assert.Null(GitLocation.Parse(text, out string? problem));
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("https://example.com/foo.git", "https://example.com/foo.git", "https", "example.com", null, "")]
    [InlineData("https://example.com/foo.git#deadbeef", "https://example.com/foo.git", "https", "example.com", "deadbeef", "")]
    [InlineData("https://example.com/foo.git#release/1.2", "https://example.com/foo.git", "https", "example.com", "release/1.2", "")]
    [InlineData("https://example.com:8443/foo.git#baz/qux:quux/quuz", "https://example.com:8443/foo.git", "https", "example.com:8443", "baz/qux", "quux/quuz")]
    [InlineData("https://example.com/foo.git#:dir", "https://example.com/foo.git", "https", "example.com", null, "dir")]
    [InlineData("https://example.com/foo.git#:/", "https://example.com/foo.git", "https", "example.com", null, "")]
    [InlineData("https://example.com/foo.git#:../../etc/./x", "https://example.com/foo.git", "https", "example.com", null, "etc/x")]
    [InlineData("HTTPS://example.com/foo.git", "HTTPS://example.com/foo.git", "https", "example.com", null, "")]
    [InlineData("git://example.com/foo", "git://example.com/foo", "git", "example.com", null, "")]
    [InlineData("ssh://git@example.com:2222/foo", "ssh://git@example.com:2222/foo", "ssh", "example.com:2222", null, "")]
    [InlineData("git@example.com:foo/bar", "git@example.com:foo/bar", "ssh", "example.com", null, "")]
    [InlineData("someone@example.com:foo.git#v1:sub", "someone@example.com:foo.git", "ssh", "example.com", "v1", "sub")]
    [InlineData("https://u:p@example.com/foo.git", "https://u:p@example.com/foo.git", "https", "example.com", null, "")]
    [InlineData("https://example.com/foo.git?ref=v1&subdir=/a/b", "https://example.com/foo.git", "https", "example.com", "v1", "a/b")]
    [InlineData("https://example.com/foo.git?tag=v1", "https://example.com/foo.git", "https", "example.com", "refs/tags/v1", "")]
    [InlineData("https://example.com/foo.git?tag=refs/tags/v1", "https://example.com/foo.git", "https", "example.com", "refs/tags/v1", "")]
    [InlineData("https://example.com/foo.git?branch=main", "https://example.com/foo.git", "https", "example.com", "refs/heads/main", "")]
    [InlineData("https://example.com/foo.git?ref=main#main", "https://example.com/foo.git", "https", "example.com", "main", "")]
    [InlineData("https://example.com/foo.git?tag=v1#refs/tags/v1", "https://example.com/foo.git", "https", "example.com", "refs/tags/v1", "")]
    [InlineData("git@example.com:foo.git?branch=a%2Fb", "git@example.com:foo.git", "ssh", "example.com", "refs/heads/a/b", "")]
    [InlineData("https://example.com/foo.git?", "https://example.com/foo.git", "https", "example.com", null, "")]
    public void A_repository_is_read_with_its_reference_and_directory(string text, string remote, string scheme, string host, string? reference, string directory)
    {
        GitLocation location = Assert.IsType<GitLocation>(GitLocation.Parse(text, out string? problem));
        Assert.Null(problem);
        Assert.Equal((remote, scheme, host, reference, directory), (location.Remote, location.Scheme, location.Host, location.Reference, location.Directory));
        Assert.False(location.LooksLikePath);
    }

    [Fact]
    public void The_shorthand_is_a_repository_that_looks_like_a_path()
    {
        GitLocation location = Assert.IsType<GitLocation>(GitLocation.Parse("github.com/moby/buildkit#master:docs", out _));
        Assert.True(location.LooksLikePath);
        Assert.Equal(("https://github.com/moby/buildkit", "master", "docs"), (location.Remote, location.Reference, location.Directory));
    }

    [Theory]
    [InlineData("keep-git-dir=true&submodules=0&fetch-by-commit", true, false, true)]
    [InlineData("keep-git-dir&submodules", true, true, false)]
    [InlineData("keep-git-dir=False", false, true, false)]
    [InlineData("mtime=commit", null, true, false)]
    public void Switches_may_stand_alone(string query, bool? keepsGitDirectory, bool takesSubmodules, bool fetchesByCommit)
    {
        GitLocation location = Assert.IsType<GitLocation>(GitLocation.Parse($"https://example.com/foo.git?{query}", out _));
        Assert.Equal((keepsGitDirectory, takesSubmodules, fetchesByCommit), (location.KeepsGitDirectory, location.TakesSubmodules, location.FetchesByCommit));
    }

    [Theory]
    [InlineData("checksum=abcdef1")]
    [InlineData("commit=abcdef1")]
    public void A_checksum_has_two_names(string query) => Assert.Equal("abcdef1", GitLocation.Parse($"https://example.com/foo.git?{query}", out _)?.Checksum);

    [Theory]
    [InlineData("https://example.com/foo.git?brnach=x", "its query has no \"brnach\"; did you mean \"branch\"?")]
    [InlineData("https://example.com/foo.git?colour=x", "its query has no \"colour\"")]
    [InlineData("https://example.com/foo.git?ref=", "\"ref\" of its query has no value")]
    [InlineData("https://example.com/foo.git?ref=a&ref=b", "\"ref\" stands in its query twice")]
    [InlineData("https://example.com/foo.git?ref=a#b", "it names two references, \"b\" and \"a\"")]
    [InlineData("https://example.com/foo.git?tag=a&ref=a", "it names two references, \"a\" and \"refs/tags/a\"")]
    [InlineData("https://example.com/foo.git?tag=a&branch=b", "it names a tag and a branch")]
    [InlineData("https://example.com/foo.git?subdir=a#:b", "it names two directories, \"b\" and \"a\"")]
    [InlineData("https://example.com/foo.git?mtime=now", "mtime=now: write checkout or commit")]
    [InlineData("https://example.com/foo.git?submodules=maybe", "submodules=maybe: write true or false")]
    [InlineData("https://example.com/foo.git#--upload-pack=evil", "a reference does not begin with \"-\"")]
    [InlineData("https://example.com/foo.git#a%0ab", "it holds control characters")]
    [InlineData("https:///foo.git", "it names no host")]
    [InlineData("ssh://-oProxyCommand=evil/foo", "it names no host")]
    [InlineData("git://exa mple/foo", "it holds blanks or control characters")]
    public void What_cannot_be_meant_is_told(string text, string expected)
    {
        Assert.Null(GitLocation.Parse(text, out string? problem));
        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef01234567", true)]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", true)]
    [InlineData("0123456789ABCDEF0123456789abcdef01234567", false)]
    [InlineData("0123456", false)]
    [InlineData(null, false)]
    public void A_commit_is_40_or_64_hexadecimal_digits(string? text, bool isCommit) => Assert.Equal(isCommit, GitLocation.IsCommit(text));
}
