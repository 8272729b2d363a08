using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Dockerfile.Tests.Testing;

namespace Caisson.Dockerfile.Tests.Parsing;

/// <summary>Mistakes that users really made, each with what they should read.</summary>
public sealed class StumbleTests
{
    [Theory]
    [InlineData("FROM golang:1.21 AS base\nFROM bas as build-server", 2, 6, "no stage named \"bas\"", "did you mean \"base\" (line 1)?")]
    [InlineData("FROM golang AS build-server\nFROM scratch\nCOPY --from=buid-server a b", 3, 13, "no stage named \"buid-server\"", "did you mean \"build-server\" (line 1)?")]
    [InlineData("FROM a\nRUN --mount=type=cahe,target=/x ls", 2, 18, "unknown mount type \"cahe\"", "did you mean \"cache\"?")]
    [InlineData("FROM a\nRUN --mount=type=bind, target=. \\\n ls", 2, 22, "white space after the comma ends the value of --mount", "write --mount=type=bind,target=.")]
    [InlineData("FROM a\nRUN --mount=type=cache, target=/x, id=y go build", 2, 23, "white space after the comma ends the value of --mount", "write --mount=type=cache,target=/x,id=y")]
    [InlineData("FROM --platform=linux/amd64, linux/arm64 a", 1, 28, "white space after the comma ends the value of --platform", "a stage is built for one platform; give several to the build itself: --platform=linux/amd64,linux/arm64")]
    [InlineData("FROM a\nRUN set -eux &&\n apt-get update", 3, 2, "unknown instruction \"apt-get\"", "the line before ends in \"&&\": a \"\\\" is missing there")]
    [InlineData("FROM a\nRUN adduser \"${USER}\"WORKDIR $GOPATH/src", 2, 22, "WORKDIR is glued to the word before it", "if WORKDIR is meant as an instruction, a line break is missing before it")]
    public void The_mistake_is_named_with_a_remedy(string text, int line, int column, string message, string hint)
    {
        ParsedDockerfile parsed = DockerfileParser.Parse(Texts.Source(text));
        Diagnostic found = Assert.Single(parsed.Diagnostics.Concat(Binder.Bind(parsed.Document).Diagnostics));
        Assert.Equal((line, column, message, hint), (found.Where!.Value.Line, found.Where.Value.Column, found.Message, found.Hint));
    }

    [Theory]
    [InlineData("FROM a\nRUN adduser --disabled-password \\    \n  --gecos x")]
    [InlineData("FROM a\r\nRUN a && \\\r\n    b\r\n")]
    [InlineData("\uFEFFFROM a\nRUN b")]
    [InlineData("FROM a\nRUN a && \\\n  # why\n  b")]
    [InlineData("FROM a\nRUN echo \"FROM x\" 'RUN y' \"it's\" && \\\n    echo \"\\\nCOPY this\"")]
    [InlineData("FROM a\nRUN [ \"$a\" = b ] && [ -f x ]")]
    [InlineData("FROM a\nRUN case $x in a) FROM=1;; esac")]
    [InlineData("FROM a\nRUN psql -c \"SELECT * \\\nFROM t\"")]
    [InlineData("FROM a\nRUN if [ x ]; then \\\n      RUN_IT=1; \\\n    fi")]
    [InlineData("FROM a\nENV A=\"b\" \\\n    USER=\"c\"")]
    [InlineData("FROM a\nCMD [\"RUN\", \"COPY\"]")]
    [InlineData("FROM a\nRUN <<EOF\nCOPY a b\nset -e &&\nEOF")]
    [InlineData("FROM nginx AS nginx\nFROM alpine AS alpine")]
    [InlineData("FROM debian AS base\nFROM bash\nFROM node AS nodes\nCOPY --from=node a b")]
    [InlineData("FROM golang AS golan\nFROM golang")]
    [InlineData("FROM golang AS build\nFROM scratch\nCOPY --from=build-images.example/x a b")]
    [InlineData("FROM a AS base\nFROM base AS final\nCOPY --from=BASE a b\nCOPY --from=0 a b")]
    public void What_is_right_is_not_warned_about(string text)
    {
        ParsedDockerfile parsed = DockerfileParser.Parse(Texts.Source(text));
        Assert.Empty(parsed.Diagnostics.Concat(Binder.Bind(parsed.Document).Diagnostics));
    }

    [Fact]
    public void A_torn_value_costs_only_its_own_error()
    {
        ParsedDockerfile parsed = Texts.Parse("FROM --platform=linux/amd64, linux/arm64 alpine AS x", "RUN --mount=type=bind, target=. go build");
        Assert.Equal(2, parsed.Diagnostics.Length);
        Assert.Equal("x", Assert.IsType<FromInstruction>(parsed.Document.Instructions[0]).StageName);
        Assert.IsType<RunInstruction>(parsed.Document.Instructions[1]);
    }

    [Fact]
    public void A_line_that_cannot_be_read_hides_no_misspelt_stage()
    {
        ParsedDockerfile parsed = Texts.Parse("FROM golang AS base", "RNU make", "FROM bas");
        Assert.Equal(3, Assert.Single(Binder.Bind(parsed.Document).Diagnostics).Where!.Value.Line);
    }

    [Theory]
    [InlineData("FORM golang AS builder2")]
    [InlineData("FROM golang builder2")]
    public void A_stage_that_a_line_may_have_named_before_it_was_spoilt_is_not_missed(string line)
    {
        ParsedDockerfile parsed = Texts.Parse("FROM golang AS builder", line, "FROM scratch", "COPY --from=builder2 /a /b");
        Assert.True(parsed.HasErrors);
        Assert.Empty(Binder.Bind(parsed.Document, new BindingOptions { Target = "builder2" }).Diagnostics);
    }

    [Fact]
    public void A_script_that_lost_its_continuations_is_reported_once()
    {
        ParsedDockerfile parsed = Texts.Parse("FROM a", "RUN set -e", "  if x; then", "    y", "  fi", "USER z");
        Assert.Equal(3, Assert.Single(parsed.Diagnostics).Where!.Value.Line);
    }

    [Fact]
    public void Each_line_that_lost_its_continuation_after_an_operator_is_reported()
    {
        ParsedDockerfile parsed = Texts.Parse("FROM a", "RUN set -eux &&", "  apt-get update &&", "  apt-get install x &&", "  rm y");
        Assert.Equal([3, 4, 5], parsed.Diagnostics.Select(static d => d.Where!.Value.Line));
        Assert.All(parsed.Diagnostics, static d => Assert.Contains("the line before ends in \"&&\"", d.Hint!, StringComparison.Ordinal));
    }
}
