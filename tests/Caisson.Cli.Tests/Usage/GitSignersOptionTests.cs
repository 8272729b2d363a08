using Caisson.Cli.Commands;
using Caisson.Engine;

namespace Caisson.Cli.Tests.Usage;

public sealed class GitSignersOptionTests
{
    [Theory]
    [InlineData("keys.asc", null, "keys.asc")]
    [InlineData("./a=b", null, "./a=b")]
    [InlineData("/keys/a=b", null, "/keys/a=b")]
    [InlineData("github.com=keys.asc", "github.com", "keys.asc")]
    [InlineData("github.com/our-org=/keys/a=b", "github.com/our-org", "/keys/a=b")]
    [InlineData("git.example:8443/team=keys", "git.example:8443/team", "keys")]
    public void A_value_names_a_file_and_maybe_a_repository(string value, string? repository, string path) => Assert.Equal(new GitSigners(repository, path), GitSignersOption.Read(value));

    [Theory]
    [InlineData("", "--git-signers : write FILE or REPOSITORY=FILE")]
    [InlineData("=keys", "--git-signers =keys: write FILE or REPOSITORY=FILE")]
    [InlineData("github.com=", "--git-signers github.com=: write FILE or REPOSITORY=FILE")]
    [InlineData("https://github.com/our=keys", "--git-signers https://github.com/our=keys: name a repository by host and path, without a scheme or user: github.com/our-org")]
    [InlineData("git@github.com:our=keys", "--git-signers git@github.com:our=keys: name a repository by host and path, without a scheme or user: github.com/our-org")]
    public void A_wrong_value_is_refused(string value, string expected) => Assert.Equal(expected, Assert.Throws<UsageException>(() => GitSignersOption.Read(value)).Message);
}
