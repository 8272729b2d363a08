using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Syntax;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Parsing;

public sealed class LineTests
{
    [Theory]
    [InlineData("RUN a \\\nb", "a b")]
    [InlineData("RUN a \\\n  b", "a   b")]
    [InlineData("RUN a\\\nb", "ab")]
    [InlineData("RUN a \\  \t \nb", "a b")]
    [InlineData("RUN a \\\r\nb\r\n", "a b")]
    [InlineData("RUN a \\\n# comment\nb", "a b")]
    [InlineData("RUN a \\\n   # comment\n   b", "a    b")]
    [InlineData("RUN a \\\n\n\nb", "a b")]
    [InlineData("RUN a \\\n \t\nb", "a b")]
    [InlineData("RUN a \\\\\n", "a \\\\")]
    [InlineData("RUN a \\", "a")]
    [InlineData("RUN a \\\n# comment", "a")]
    [InlineData("  RUN a", "a")]
    [InlineData("\tRUN\ta  b\t", "a  b")]
    [InlineData("\uFEFFRUN a", "a")]
    [InlineData("RUN a # no comment", "a # no comment")]
    [InlineData("RUN\\\n a", "a")]
    [InlineData("RUN \\\n\\\na", "a")]
    [InlineData("\\\nRUN a", "a")]
    [InlineData("RUN a \\\n\\\n\\\nb", "a b")]
    [InlineData("# escape=`\nRUN a `\nb", "a b")]
    [InlineData("# escape=`\nRUN dir c:\\\n", "dir c:\\")]
    [InlineData("run a", "a")]
    [InlineData("RuN a", "a")]
    public void Lines_are_joined(string text, string expected)
    {
        ParsedDockerfile parsed = Texts.Parse(text);
        Assert.Empty(parsed.Diagnostics);
        RunInstruction run = Assert.IsType<RunInstruction>(Assert.Single(parsed.Document.Instructions));
        Assert.Equal(expected, run.Arguments.Text);
    }

    [Fact]
    public void Words_keep_their_places_across_continuations()
    {
        CopyInstruction copy = Texts.Single<CopyInstruction>("COPY a \\", "  # why", "  b\\", "c \\", "  /d");
        Assert.Equal(["a", "bc"], Texts.Strings(copy.Sources));
        Assert.Equal("Dockerfile:3:3", copy.Sources[1].Span.ToString());
        Assert.Equal("b\\\nc", copy.Sources[1].Span.Text);
        Assert.Equal("Dockerfile:4:1", copy.Sources[1].SpanOf(1, 1).ToString());
        Assert.Equal("/d", copy.Destination.Span.Text);
    }

    [Fact]
    public void Comments_and_blank_lines_inside_an_instruction_are_kept()
    {
        RunInstruction run = Texts.Single<RunInstruction>("RUN a \\", "# one", "", "  #two", "b");
        Assert.Equal(["one", "two"], run.Header.InnerComments.Select(static c => c.Text));
        Assert.Equal(3, Assert.Single(run.Header.EmptyContinuations).Line);
    }

    [Fact]
    public void Comments_above_belong_to_the_instruction_unless_an_empty_one_comes_between()
    {
        ParsedDockerfile parsed = Texts.Parse("# file", "#", "# base The base.", "FROM scratch AS base", "# user", "", "USER x");
        FromInstruction from = Assert.IsType<FromInstruction>(parsed.Document.Instructions[0]);
        Assert.Equal(["base The base."], from.Header.Comments.Select(static c => c.Text));
        Assert.Equal("The base.", from.Description);
        Assert.Equal(["user"], parsed.Document.Instructions[1].Header.Comments.Select(static c => c.Text));
    }

    [Fact]
    public void A_check_comment_speaks_for_the_instruction_below()
    {
        ParsedDockerfile parsed = Texts.Parse("# check=skip=JSONArgsRecommended,StageNameCasing because", "FROM scratch", "# check=nonsense", "USER x");
        Assert.Empty(parsed.Document.Directives.Where(static d => d.Kind == DirectiveKind.Escape));
        ParsedDockerfile later = Texts.Parse("FROM scratch", "# check=skip=JSONArgsRecommended", "CMD x");
        Assert.Equal(["JSONArgsRecommended"], later.Document.Instructions[1].Header.Checks!.Skipped);
        Assert.Null(parsed.Document.Instructions[1].Header.Checks);
    }

    [Fact]
    public void The_span_of_an_instruction_ends_with_its_last_character()
    {
        ParsedDockerfile parsed = Texts.Parse("  FROM scratch  ", "RUN a \\", "  b ", "", "USER x");
        Assert.Equal(["FROM scratch", "RUN a \\\n  b", "USER x"], parsed.Document.Instructions.Select(static i => i.Span.Text));
        Assert.Equal(["  FROM scratch  \n", "RUN a \\\n  b \n", "USER x"], parsed.Document.Instructions.Select(static i => i.FullSpan.Text));
    }

    [Fact]
    public void All_mistakes_are_reported_at_once()
    {
        ParsedDockerfile parsed = Texts.Parse("FORM alpine", "COPY a", "RUN --mount=type=cahe x", "EXPOSE", "USER x");
        Assert.Equal([1, 2, 3, 4], parsed.Diagnostics.Select(static d => d.Where!.Value.Line));
        Assert.Equal(5, parsed.Document.Instructions.Length);
    }
}
