using Caisson.Dockerfile.Syntax;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Parsing;

public sealed class FlagTests
{
    [Theory]
    [InlineData("COPY --chown=a b c", "chown=a", "b c")]
    [InlineData("COPY --chown=\"a b\" b c", "chown=a b", "b c")]
    [InlineData("COPY --chown='a b' b c", "chown=a b", "b c")]
    [InlineData("COPY --chown=a\\ b b c", "chown=a b", "b c")]
    [InlineData("COPY --chown=a'b'\"c\" b c", "chown=abc", "b c")]
    [InlineData("COPY --chown=a -- --b c", "chown=a", "--b c")]
    [InlineData("COPY -- a c", "", "a c")]
    [InlineData("COPY --link a --b c", "link", "a --b c")]
    [InlineData("COPY \\\n --link \\\n --chown=a \\\n b c", "link|chown=a", "b c")]
    [InlineData("COPY --chown=a\\\nb b c", "chown=ab", "b c")]
    [InlineData("COPY --chown=é b c", "chown=é", "b c")]
    public void Flags_stand_before_the_arguments(string text, string flags, string arguments)
    {
        Instruction instruction = Assert.Single(Texts.Parse(text).Document.Instructions);
        Assert.Equal(flags, string.Join('|', instruction.Flags.Select(static f => f.Value is null ? f.Name.Text : $"{f.Name}={f.Value}")));
        Assert.Equal(arguments, instruction.Arguments.Text);
    }

    [Fact]
    public void A_flag_its_name_and_its_value_have_places()
    {
        Flag flag = Texts.Single<CopyInstruction>("COPY --chown=\"a\\ b\" c d").Flags[0];
        Assert.Equal("--chown=\"a\\ b\"", flag.Span.Text);
        Assert.Equal("Dockerfile:1:8", flag.Name.Span.ToString());
        Assert.Equal("chown", flag.Name.Span.Text);
        Assert.Equal("a b", flag.Value!.Text);
        Assert.Equal("a", flag.Value.SpanOf(0, 1).Text);
        Assert.Equal("Dockerfile:1:17", flag.Value.SpanOf(1, 1).ToString());
    }

    [Fact]
    public void Unknown_flags_stay_in_the_tree()
    {
        Instruction instruction = Assert.Single(Texts.Parse("COPY --what=x a b").Document.Instructions);
        Assert.IsType<CopyInstruction>(instruction);
        Assert.Equal("what", Assert.Single(instruction.Flags).Name.Text);
    }

    [Fact]
    public void An_empty_value_is_the_same_as_no_flag()
    {
        CopyInstruction copy = Texts.Single<CopyInstruction>("COPY --from= --chown= a b");
        Assert.Null(copy.From);
        Assert.Null(copy.Owner);
    }

    [Theory]
    [InlineData("--link", true)]
    [InlineData("--link=true", true)]
    [InlineData("--link=TRUE", true)]
    [InlineData("--link=false", false)]
    [InlineData("--link=False", false)]
    public void Booleans_are_written_in_several_ways(string flag, bool expected) =>
        Assert.Equal(expected, Texts.Single<CopyInstruction>($"COPY {flag} a b").IsLinked);
}
