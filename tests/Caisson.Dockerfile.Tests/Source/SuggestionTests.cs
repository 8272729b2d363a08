using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Tests.Testing;
using FsCheck.Fluent;

namespace Caisson.Dockerfile.Tests.Source;

public sealed class SuggestionTests
{
    private static readonly string[] Instructions = ["ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "RUN", "USER", "VOLUME", "WORKDIR"];

    [Theory]
    [InlineData("FORM", "FROM")]
    [InlineData("FRMO", "FROM")]
    [InlineData("RUNN", "RUN")]
    [InlineData("RN", "RUN")]
    [InlineData("copi", "COPY")]
    [InlineData("COPPY", "COPY")]
    [InlineData("ENTRYPIONT", "ENTRYPOINT")]
    [InlineData("WORKDRI", "WORKDIR")]
    [InlineData("entry", "ENTRYPOINT")]
    [InlineData("USERNAME", "USER")]
    [InlineData("apt-get", null)]
    [InlineData("make", null)]
    [InlineData("RUN", null)]
    [InlineData("run", null)]
    [InlineData("", null)]
    [InlineData("X", null)]
    [InlineData("EXPORT", "EXPOSE")]
    public void The_nearest_instruction_is_suggested(string word, string? expected) =>
        Assert.Equal(expected, Suggestion.Nearest(word, Instructions));

    [Theory]
    [InlineData("bas", "base")]
    [InlineData("buid-server", "build-server")]
    [InlineData("bilder", "builder")]
    [InlineData("prod", "production")]
    [InlineData("build", "builder")]
    [InlineData("bu", null)]
    public void The_nearest_stage_is_suggested(string word, string? expected) =>
        Assert.Equal(expected, Suggestion.Nearest(word, ["base", "build-client", "build-server", "builder", "production"]));

    [Theory]
    [InlineData("cahe", "cache")]
    [InlineData("secrte", "secret")]
    [InlineData("bnd", "bind")]
    [InlineData("volume", null)]
    public void The_nearest_mount_type_is_suggested(string word, string? expected) =>
        Assert.Equal(expected, Suggestion.Nearest(word, ["bind", "cache", "tmpfs", "secret", "ssh"]));

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("a", "", 1)]
    [InlineData("abc", "abc", 0)]
    [InlineData("ab", "ba", 1)]
    [InlineData("ca", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("FROM", "from", 0)]
    public void Distance_counts_single_edits(string left, string right, int expected) => Assert.Equal(expected, Suggestion.Distance(left, right));

    [Fact]
    public void The_first_of_two_equally_near_names_wins() => Assert.Equal("abcx", Suggestion.Nearest("abcd", ["abcx", "abcy"]));

    [Fact]
    public void Words_too_long_to_be_names_suggest_nothing() => Assert.Null(Suggestion.Nearest(new string('a', 65), [new string('a', 64)]));

    [Fact]
    public void Only_the_first_candidates_are_looked_at() =>
        Assert.Null(Suggestion.Nearest("needle", Enumerable.Repeat("hay", 500).Append("needles")));

    [Fact]
    public void Distance_is_symmetric() => Properties.Check(ArbMap.Default.ArbFor<(string?, string?)>(), static pair =>
        Distance(pair.Item1, pair.Item2) == Distance(pair.Item2, pair.Item1));

    private static int Distance(string? left, string? right) => Suggestion.Distance(Cut(left), Cut(right));

    private static string Cut(string? text) => text is null ? "" : text[..Math.Min(text.Length, 50)];

    [Fact]
    public void A_hint_is_a_question() => Assert.Equal("did you mean \"base\"?", Suggestion.Hint("bas", ["base"]));
}
