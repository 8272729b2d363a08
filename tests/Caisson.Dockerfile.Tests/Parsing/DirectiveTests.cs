using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Parsing;

public sealed class DirectiveTests
{
    [Theory]
    [InlineData("# syntax=docker/dockerfile:1", "docker/dockerfile:1")]
    [InlineData("#syntax=a", "a")]
    [InlineData("#   SynTax  =  a  ", "a")]
    [InlineData("  # syntax=a", "a")]
    [InlineData("\uFEFF# syntax=a", "a")]
    [InlineData("#!/usr/bin/env x\n# syntax=a", "a")]
    [InlineData("# escape=\\\n# syntax=a", "a")]
    [InlineData("# syntax=a b", "a")]
    [InlineData("// syntax=a", "a")]
    [InlineData("#!/bin/x\n//syntax = a", "a")]
    [InlineData("{\"syntax\": \"a b\"}", "a")]
    [InlineData("#!x\n{\"other\": 1, \"syntax\": \"a\"}", "a")]
    [InlineData("{\"syntax\": 1}", null)]
    [InlineData("{\"syntax\": \"a\"", null)]
    [InlineData("# a comment\n# syntax=a", null)]
    [InlineData("\n# syntax=a", null)]
    [InlineData("FROM scratch\n# syntax=a", null)]
    [InlineData("# syntax a", null)]
    [InlineData("# syntax=", null)]
    [InlineData("", null)]
    public void The_syntax_is_detected(string text, string? expected) => Assert.Equal(expected, SyntaxDetector.Detect(Texts.Source(text)));

    [Theory]
    [InlineData("# escape=`\nFROM scratch", '`')]
    [InlineData("# escape=\\\nFROM scratch", '\\')]
    [InlineData("# check=skip=all\n# ESCAPE = `\nFROM scratch", '`')]
    [InlineData("FROM scratch\n# escape=`", '\\')]
    [InlineData("FROM scratch", '\\')]
    public void The_escape_character_is_read_at_the_top_only(string text, char expected) => Assert.Equal(expected, Texts.Parse(text).Document.Escape);

    [Fact]
    public void After_a_line_for_the_kernel_escape_is_a_comment_and_check_is_not()
    {
        ParsedDockerfile parsed = Texts.Parse("#!/bin/x", "# escape=`", "# check=skip=all", "FROM scratch");
        Assert.Equal('\\', parsed.Document.Escape);
        Assert.True(parsed.Document.Checks.SkipsAll);
        Assert.Equal([DiagnosticCodes.LateDirective], parsed.Diagnostics.Select(static d => d.Code));
    }

    [Fact]
    public void Names_and_values_have_places()
    {
        Directive directive = Assert.Single(Texts.Parse("#  Escape =  `  ", "FROM scratch").Document.Directives);
        Assert.Equal(DirectiveKind.Escape, directive.Kind);
        Assert.Equal("Dockerfile:1:4", directive.Name.Span.ToString());
        Assert.Equal("Dockerfile:1:14", directive.Value.Span.ToString());
    }

    [Fact]
    public void An_unknown_name_ends_the_directives()
    {
        ParsedDockerfile parsed = Texts.Parse("# colour=red", "# check=skip=all", "FROM scratch");
        Assert.Empty(parsed.Document.Directives);
        Assert.Equal(CheckOptions.None, parsed.Document.Checks);
    }

    [Fact]
    public void The_check_directive_is_understood()
    {
        CheckOptions checks = Texts.Parse("# check=skip=A,B;error=true;experimental=all ignored", "FROM scratch").Document.Checks;
        Assert.Equal(["A", "B"], checks.Skipped);
        Assert.True(checks.FailsOnFinding);
        Assert.True(checks.WantsAllExperimental);
        Assert.False(checks.SkipsAll);
    }

    [Theory]
    [InlineData("skip=all", true, "", false)]
    [InlineData("skip=A", false, "A", false)]
    [InlineData("skip= A , B ", false, "A|B", false)]
    [InlineData("error=1", false, "", true)]
    [InlineData("error=false;skip=A", false, "A", false)]
    [InlineData("", false, "", false)]
    public void Check_options_are_read(string text, bool skipsAll, string skipped, bool fails)
    {
        Assert.True(CheckOptions.TryParse(text, out CheckOptions? options, out _));
        Assert.Equal((skipsAll, skipped, fails), (options.SkipsAll, string.Join('|', options.Skipped), options.FailsOnFinding));
    }

    [Theory]
    [InlineData("skip")]
    [InlineData("error=2")]
    [InlineData("what=ever")]
    public void Other_check_options_are_refused(string text) => Assert.False(CheckOptions.TryParse(text, out _, out _));

    [Fact]
    public void Options_of_an_instruction_add_to_those_of_the_file()
    {
        CheckOptions both = new CheckOptions { Skipped = ["A"], FailsOnFinding = true }.With(new CheckOptions { Skipped = ["B"], SkipsAll = true });
        Assert.Equal(["A", "B"], both.Skipped);
        Assert.True(both is { SkipsAll: true, FailsOnFinding: true });
    }
}
