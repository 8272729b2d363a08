using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Diagnostics;

/// <summary>What users read of files that are not where they were said to be, and of a wrong command line.</summary>
public sealed class ContextMistakeTests(ScratchStore scratch) : IClassFixture<ScratchStore>
{
    private const int UsageCode = 2;
    private const int InputsCode = 4;

    [Fact]
    public async Task A_name_that_was_torn_apart_is_put_together()
    {
        using Project project = new(scratch.Store, "FROM scratch\nCOPY go mod go.sum .\n");
        string error = (await project.File("go.mod").File("go.sum").TryBuildAsync()).Failed(InputsCode);
        Assert.Contains(
            """
            Dockerfile:2:6: error CSN2001: "go" and "mod" are not in the build context
                2 | COPY go mod go.sum .
                  |      ^^
              hint: did you mean "go.mod"?
            """,
            error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_name_is_shown_with_the_nearest_one()
    {
        using Project project = new(scratch.Store, "FROM scratch\nCOPY cmd/sever/main.go /\n");
        string error = (await project.File("cmd/server/main.go").TryBuildAsync()).Failed(InputsCode);
        Assert.Contains("Dockerfile:2:6: error CSN2001: \"cmd/sever/main.go\" is not in the build context", error, StringComparison.Ordinal);
        Assert.Contains("hint: did you mean \"cmd/server\"?", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_dockerignore_hides_is_shown_with_the_line_that_does()
    {
        using Project project = new(scratch.Store, "FROM scratch\nCOPY secret.txt /\n");
        string error = (await project.File("secret.txt").File(".dockerignore", "*.log\n\nsecret*\n").TryBuildAsync()).Failed(InputsCode);
        Assert.Contains(
            """
            Dockerfile:2:6: error CSN2001: "secret.txt" is excluded by .dockerignore line 3: secret*
                2 | COPY secret.txt /
                  |      ^^^^^^^^^^
              hint: add the line "!secret.txt" after it, or remove it
            """,
            error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_context_is_named_and_not_its_Dockerfile()
    {
        using Project project = new(scratch.Store);
        string error = (await project.File("service/Dockerfile", "FROM scratch\n").TryAsync("build", "sevrice")).Failed(InputsCode);
        Assert.Equal("error CSN2006: the build context sevrice cannot be read: No such file or directory\n  hint: did you mean \"service\"?\n", error);
    }

    [Fact]
    public async Task A_context_without_a_Dockerfile_is_told_of_the_option()
    {
        using Project project = new(scratch.Store);
        Assert.Equal("error CSN2007: there is no Dockerfile at ./Dockerfile\n  hint: name another file with -f\n", (await project.TryBuildAsync()).Failed(InputsCode));
    }

    [Fact]
    public async Task A_Dockerfile_named_relative_to_the_context_is_found_for_the_user()
    {
        using Project project = new(scratch.Store);
        string error = (await project.File("service/build/Dockerfile", "FROM scratch\n").TryAsync("build", "-f", "build/Dockerfile", "service")).Failed(InputsCode);
        Assert.Contains("did you mean \"service/build/Dockerfile\"?", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_with_a_blank_after_its_comma_is_recognized()
    {
        using Project project = new(scratch.Store, "FROM scratch\n");
        string error = (await project.TryBuildAsync("--platform=linux/amd64,", "linux/arm64")).Failed(UsageCode);
        Assert.Contains("hint: white space after the comma of \"linux/amd64,\" makes two arguments of one; write it without", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--output=type=lcoal,dest=x", "\"lcoal\" is no type of output")]
    [InlineData("--output=type=local", "dest= is missing")]
    [InlineData("--progress=fancy", "write auto, tty, plain or quiet")]
    [InlineData("--platform=pdp11", "\"pdp11\" is no platform such as linux/amd64")]
    [InlineData("--build-arg==x", "write NAME=VALUE")]
    [InlineData("--push", "to push an image it needs a name")]
    [InlineData("--traget=app", "caisson: there is no option --traget\nhint: did you mean \"--target\"?")]
    public async Task A_wrong_option_is_named(string option, string expected)
    {
        using Project project = new(scratch.Store, "FROM scratch\n");
        Assert.Contains(expected, (await project.TryAsync("build", option, ".")).Failed(UsageCode), StringComparison.Ordinal);
    }
}
