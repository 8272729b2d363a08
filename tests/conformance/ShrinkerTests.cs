using Caisson.Conformance.Generation;

namespace Caisson.Conformance;

/// <summary>What a failing generated case comes down to before it is told.</summary>
public sealed class ShrinkerTests
{
    private static readonly GeneratedCase Found = new(
        ["WORKDIR /work", "COPY --link --chown=1:2 a b.txt dir/ out/", "ADD --exclude=*.txt . /"],
        ["echo a > a", "echo b > b.txt", "chmod 0600 a"],
        ["*.txt", "!b.txt", "dir"]);

    [Fact]
    public async Task All_that_does_not_matter_is_left_out()
    {
        GeneratedCase smallest = await new Shrinker(
            static c => Task.FromResult(c.Dockerfile.Contains("--chown", StringComparison.Ordinal) && c.Dockerfile.Contains("b.txt", StringComparison.Ordinal) && c.Ignored.Contains("dir") && c.Script.Contains("chmod 0600 a")),
            maxTries: 1000).ShrinkAsync(Found);
        Assert.Equal("FROM base\nCOPY --chown=1:2 b.txt out/\n", smallest.Dockerfile);
        Assert.Equal("cd context\nchmod 0600 a\ncat > .dockerignore <<'end'\ndir\nend\n", smallest.Setup);
    }

    [Fact]
    public async Task A_source_and_the_destination_stay()
    {
        GeneratedCase smallest = await new Shrinker(static c => Task.FromResult(c.Instructions.Any(static line => line.StartsWith("COPY ", StringComparison.Ordinal))), maxTries: 1000).ShrinkAsync(Found);
        Assert.Equal("FROM base\nCOPY dir/ out/\n", smallest.Dockerfile);
        Assert.Equal("cd context\n", smallest.Setup);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task The_tries_are_bounded(int maxTries)
    {
        int tries = 0;
        await new Shrinker(_ => Task.FromResult(++tries % 2 == 0), maxTries).ShrinkAsync(Found);
        Assert.Equal(maxTries, tries);
    }

    [Fact]
    public async Task What_shows_in_nothing_smaller_stays_as_it_is() => Assert.Equal(Found, await new Shrinker(static _ => Task.FromResult(false), maxTries: 1000).ShrinkAsync(Found));
}
