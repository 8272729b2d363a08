using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Diagnostics;

/// <summary>What users read of a Dockerfile that is wrong: found before anything is fetched or run.</summary>
public sealed class DockerfileMistakeTests(ScratchStore scratch) : IClassFixture<ScratchStore>
{
    private const int DockerfileCode = 3;

    public static TheoryData<string, string> Mistakes => new()
    {
        {
            "FROM golang:1.21 AS base\nFROM bas AS build-server\n",
            """
            Dockerfile:2:6: error CSN1203: no stage named "bas"
                2 | FROM bas AS build-server
                  |      ^^^
              hint: did you mean "base" (line 1)?
            """
        },
        {
            "FROM golang AS build-server\nFROM scratch\nCOPY --from=buid-server /a /b\n",
            """
            Dockerfile:3:13: error CSN1203: no stage named "buid-server"
                3 | COPY --from=buid-server /a /b
                  |             ^^^^^^^^^^^
              hint: did you mean "build-server" (line 1)?
            """
        },
        {
            "FROM golang\nRUN --mount=type=cahe,target=/go go build\n",
            """
            Dockerfile:2:18: error CSN1118: unknown mount type "cahe"
                2 | RUN --mount=type=cahe,target=/go go build
                  |                  ^^^^
              hint: did you mean "cache"?
            """
        },
        {
            "FROM golang\nRUN --mount=type=bind, target=. \\\n    go build\n",
            """
            Dockerfile:2:22: error CSN1108: white space after the comma ends the value of --mount
                2 | RUN --mount=type=bind, target=. \
                  |                      ^
              hint: write --mount=type=bind,target=.
            """
        },
        {
            "FROM --platform=linux/amd64, linux/arm64 golang\n",
            """
            Dockerfile:1:28: error CSN1108: white space after the comma ends the value of --platform
                1 | FROM --platform=linux/amd64, linux/arm64 golang
                  |                            ^
              hint: a stage is built for one platform; give several to the build itself: --platform=linux/amd64,linux/arm64
            """
        },
        {
            "FROM debian\nRUN set -eux &&\n    apt-get update\n",
            """
            Dockerfile:3:5: error CSN1101: unknown instruction "apt-get"
                3 |     apt-get update
                  |     ^^^^^^^
              hint: the line before ends in "&&": a "\" is missing there
            """
        },
        {
            "FROM debian\nRNU make\n",
            """
            Dockerfile:2:1: error CSN1101: unknown instruction "RNU"
                2 | RNU make
                  | ^^^
              hint: did you mean "RUN"?
            """
        },
        {
            "FROM debian AS a\nCOPY --from=b /x /x\nFROM debian AS b\nCOPY --from=a /x /x\n",
            """
            Dockerfile:2:13: error CSN1205: the stages "a" and "b" need each other
                2 | COPY --from=b /x /x
                  |             ^
              hint: one of them must do without the other
            """
        },
        {
            "FROM debian\nSHELL [\"bash\", -c]\n",
            """
            Dockerfile:2:16: error CSN1111: SHELL takes a JSON array only, and this is none: this is no number
                2 | SHELL ["bash", -c]
                  |                ^
              hint: write SHELL ["/bin/bash", "-c"]
            """
        },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_shown_with_its_place_and_a_remedy(string dockerfile, string expected)
    {
        using Project project = new(scratch.Store, dockerfile);
        Outcome outcome = await project.TryBuildAsync();
        Assert.StartsWith(expected, outcome.Failed(DockerfileCode), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_mistakes_are_shown_at_once_in_their_order()
    {
        using Project project = new(scratch.Store, "FROM golang AS base\nRNU make\nFROM bas\nRUN --mount=type=cahe,target=/x ls\n");
        string error = (await project.TryBuildAsync()).Failed(DockerfileCode);
        string[] places = [.. error.Split('\n').Where(static line => line.StartsWith("Dockerfile:", StringComparison.Ordinal)).Select(static line => string.Join(':', line.Split(':')[..3]))];
        Assert.Equal(["Dockerfile:2:1", "Dockerfile:3:6", "Dockerfile:4:18"], places);
    }

    [Fact]
    public async Task A_target_that_is_misspelt_is_shown_with_the_stage_that_was_meant()
    {
        using Project project = new(scratch.Store, "FROM scratch AS binaries\nCOPY a /\n");
        string error = (await project.TryBuildAsync("--target=binarys")).Failed(DockerfileCode);
        Assert.Contains("there is no stage \"binarys\" to build\n  hint: did you mean \"binaries\"?", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FROM scratch\nCMD [\"a\", b]\n", "Dockerfile:2:11: warning CSN1110: this looks like a JSON array but is taken as plain text: a string in double quotes is missing here")]
    [InlineData("FROM scratch\nENTRYPOINT ['/app']\n", "Dockerfile:2:13: warning CSN1110: this looks like a JSON array but is taken as plain text")]
    public async Task A_command_that_only_looks_like_an_array_is_warned_of(string dockerfile, string expected)
    {
        using Project project = new(scratch.Store, dockerfile);
        Outcome outcome = await project.TryBuildAsync();
        outcome.Succeeded();
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\uFEFFFROM scratch\r\nCOPY a \\\r\n# why\r\n  /b\r\n")]
    [InlineData("FROM scratch\nCOPY a \\    \n /b\n")]
    [InlineData("FROM scratch\nCOPY a \\\n  # one\n\n  # two\n  /b\n")]
    public async Task Comments_between_lines_blanks_after_a_backslash_CRLF_and_a_byte_order_mark_are_fine(string dockerfile)
    {
        using Project project = new(scratch.Store, dockerfile);
        string tar = Path.Combine(project.Path, "out.tar");
        (await project.File("a", "content").TryBuildAsync("-o", "type=tar,dest=" + tar)).Succeeded();
        Assert.Equal("content", await Tool.RunAsync("tar", "-xOf", tar, "b"));
    }
}
