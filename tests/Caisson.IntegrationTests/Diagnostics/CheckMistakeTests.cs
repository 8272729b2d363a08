using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Diagnostics;

/// <summary>What <c>check</c> says of a Dockerfile is what <c>build</c> says of it, word for word.</summary>
public sealed class CheckMistakeTests(ScratchStore scratch) : IClassFixture<ScratchStore>
{
    private const int WarningsCode = 1;
    private const int DockerfileCode = 3;
    private const int ChecksCode = 8;
    private const int ImagesCode = 6;

    public static TheoryData<string, string> Mistakes => DockerfileMistakeTests.Mistakes;

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_shown_with_its_place_and_a_remedy(string dockerfile, string expected)
    {
        using Project project = new(scratch.Store, dockerfile);
        Outcome check = await project.TryAsync("check");
        check.Failed(DockerfileCode);
        Assert.StartsWith(expected, check.Output, StringComparison.Ordinal);

        Assert.Equal((await project.TryBuildAsync()).Failed(DockerfileCode), WithoutSummary(check.Output));
    }

    [Fact]
    public async Task A_word_that_looks_like_a_lost_line_break_is_warned_of()
    {
        using Project project = new(scratch.Store, "FROM debian\nENV USER=app\nRUN echo \"${USER}\"WORKDIR $GOPATH/src\n");
        Assert.StartsWith(
            """
            Dockerfile:3:19: warning CSN1123: WORKDIR is glued to the word before it
                3 | RUN echo "${USER}"WORKDIR $GOPATH/src
                  |                   ^^^^^^^
              hint: if WORKDIR is meant as an instruction, a line break is missing before it
            """,
            (await project.TryAsync("check")).Succeeded(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FROM scratch\nRUN adduser --disabled-password \\    \n  --gecos x\n")]
    [InlineData("\uFEFFFROM scratch\r\nCOPY a \\\r\n# why\r\n  /b\r\n")]
    [InlineData("FROM scratch\nRUN a && \\\n  # one\n  # two\n  b\n")]
    public async Task What_is_right_is_not_warned_of(string dockerfile)
    {
        using Project project = new(scratch.Store, dockerfile);
        Assert.Equal("Dockerfile: no errors, no warnings\n", (await project.File("a").TryAsync("check", "--error")).Succeeded());
    }

    [Fact]
    public async Task A_name_that_was_torn_apart_is_put_together()
    {
        using Project project = new(scratch.Store, "FROM scratch\nCOPY go mod go.sum .\n");
        Assert.Equal(
            """
            Dockerfile:2:6: warning CSN2001: "go" and "mod" are not in the build context
                2 | COPY go mod go.sum .
                  |      ^^
              hint: did you mean "go.mod"?
            Dockerfile: no errors, 1 warning

            """,
            (await project.File("go.mod").File("go.sum").TryAsync("check")).Succeeded());
    }

    [Fact]
    public async Task A_repository_that_the_registry_does_not_have_is_shown_with_the_one_that_was_meant()
    {
        await using Registry registry = await Registry.StartAsync();
        using Project held = new(scratch.Store, "FROM scratch\nLABEL a=b\n");
        (await held.TryBuildAsync("-t", $"{registry.Authority}/golang:1.19")).Succeeded();
        using Project project = new(scratch.Store, $"FROM {registry.Authority}/goland:1.21-alpine\n");
        Outcome check = await project.TryAsync("check", "--pull");
        check.Failed(ImagesCode);
        Assert.Equal((await project.TryBuildAsync()).Failed(ImagesCode), WithoutSummary(check.Output));
    }

    [Theory]
    [InlineData("--platform=linux/amd64,", "linux/arm64")]
    public async Task A_list_with_a_blank_after_its_comma_is_recognized(params string[] arguments)
    {
        using Project project = new(scratch.Store, "FROM scratch\n");
        string error = (await project.TryAsync(["check", .. arguments, "."])).Failed(2);
        Assert.Contains("hint: white space after the comma of \"linux/amd64,\" makes two arguments of one; write it without", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warnings_stop_only_those_who_ask_for_it()
    {
        using Project project = new(scratch.Store, "FROM scratch as a\nCMD x\n");
        (await project.TryAsync("check")).Succeeded();
        (await project.TryAsync("check", "--error")).Failed(WarningsCode);
        (await project.TryAsync("build", "--check", ".")).Succeeded();
        (await project.TryBuildAsync()).Succeeded();
        project.File("Dockerfile", "# check=error=true\nFROM scratch as a\nCMD x\n");
        (await project.TryAsync("check")).Failed(WarningsCode);
        Assert.Contains("error CSN1601: warnings are errors here: FromAsCasing, JSONArgsRecommended", (await project.TryBuildAsync()).Failed(ChecksCode), StringComparison.Ordinal);
        (await project.TryAsync("check", "--build-arg=BUILDKIT_DOCKERFILE_CHECK=skip=all")).Succeeded();
    }

    [Fact]
    public async Task A_build_shows_each_warning_once_as_check_does()
    {
        using Project project = new(scratch.Store, "FROM scratch as a\nLABEL x=$Y\nCMD x\n");
        string error = WithoutSummary((await project.TryAsync("check")).Succeeded());
        Outcome build = await project.TryBuildAsync();
        build.Succeeded();
        Assert.StartsWith(error, build.Error, StringComparison.Ordinal);
        Assert.Equal(3, build.Error.Split(": warning ").Length - 1);
    }

    private static string WithoutSummary(string output) => output[..(output.TrimEnd('\n').LastIndexOf('\n') + 1)];
}
