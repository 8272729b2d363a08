using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Diagnostics;

/// <summary>What users read of a step that failed.</summary>
public sealed class StepMistakeTests(ExampleBases bases)
{
    private const int StepFailed = 1;
    private const int SandboxCode = 5;

    [Theory]
    [InlineData("Go mod download", "/bin/sh: 1: Go: not found", "did you mean \"go\"?")]
    [InlineData("go-statichek ./...", "/bin/sh: 1: go-statichek: not found", "did you mean \"go-staticcheck\"?")]
    public async Task A_misspelt_program_is_shown_with_the_nearest_in_the_PATH(string command, string said, string hint)
    {
        using Project project = new(bases.Store, $"FROM {await bases.Golang}\nRUN {command}\n");
        string error = (await project.TryBuildAsync()).Failed(StepFailed);
        Assert.Contains($"------ [2/2] RUN {command}\n{said}\n------\n", error, StringComparison.Ordinal);
        Assert.Contains("Dockerfile:2:1: error CSN3001: the command ended with exit code 127", error, StringComparison.Ordinal);
        Assert.EndsWith($"hint: 127: the shell did not find the program; {hint}\n", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/cmd/client", "stat /cmd/client: directory not found")]
    [InlineData("./comd/server", "stat /src/comd/server: directory not found")]
    public async Task A_failed_compiler_is_shown_whole_with_the_working_directory(string package, string said)
    {
        using Project project = new(bases.Store, $"FROM {await bases.Golang}\nWORKDIR /src\nCOPY go.mod .\nRUN go build {package}\n");
        string error = (await project.File("go.mod", "module example.com/m\n\ngo 1.19\n").TryBuildAsync()).Failed(StepFailed);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.Contains($"    4 | RUN go build {package}\n", error, StringComparison.Ordinal);
        Assert.EndsWith("hint: the working directory of the step was /src\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_of_the_exec_form_that_is_not_there_is_named()
    {
        using Project project = new(bases.Store, $"FROM {await bases.Debian}\nRUN [\"/no/such/program\", \"x\"]\n");
        string error = (await project.TryBuildAsync()).Failed(SandboxCode);
        Assert.Contains("Dockerfile:2:1: error CSN3004:", error, StringComparison.Ordinal);
        Assert.Contains("/no/such/program", error, StringComparison.Ordinal);
        Assert.Contains("hint: the program must be in the image", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_word_that_looks_like_a_lost_line_break_is_warned_of()
    {
        using Project project = new(bases.Store, $"FROM {await bases.Debian}\nENV USER=app\nRUN echo \"${{USER}}\"WORKDIR $GOPATH/src\n");
        Outcome outcome = await project.TryBuildAsync();
        outcome.Succeeded();
        Assert.Contains(
            """
            Dockerfile:3:19: warning CSN1123: WORKDIR is glued to the word before it
                3 | RUN echo "${USER}"WORKDIR $GOPATH/src
                  |                   ^^^^^^^
              hint: if WORKDIR is meant as an instruction, a line break is missing before it
            """,
            outcome.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_log_is_shown_by_its_last_lines()
    {
        using Project project = new(bases.Store, $"FROM {await bases.Debian}\nRUN seq 1 100; exit 3\n");
        string error = (await project.TryBuildAsync()).Failed(StepFailed);
        Assert.Contains("------ [2/2] RUN seq 1 100; exit 3\n81\n82\n", error, StringComparison.Ordinal);
        Assert.Contains("the command ended with exit code 3", error, StringComparison.Ordinal);
    }
}
