using System.Diagnostics;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Steps;

/// <summary><c>build --on-fail</c> and <c>caisson shell</c>: the shipped binary, on a real terminal and without one.</summary>
public sealed class FailureShellTests : IDisposable
{
    private const string Dockerfile = """
        FROM scratch
        COPY busybox /bin/
        RUN ["/bin/busybox", "--install", "-s", "/bin"]
        ENV COLOR=green
        WORKDIR /src
        RUN --mount=type=cache,target=/cache --mount=type=secret,id=token echo written > out && echo object > /cache/o && exit 3
        """;

    private readonly TempDirectory _directory = new TempDirectory().OpenToAll();

    private delegate Task<ProcessStartInfo> Surroundings(ProcessStartInfo start, string home);

    private string StorePath => Path.Combine(_directory["home"], "store");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("crun")]
    [InlineData("runc")]
    public async Task A_shell_has_a_terminal_of_its_own_and_the_build_ends_as_without_it(string runtime)
    {
        Tool.Require(runtime);
        await using Terminal terminal = Terminal.Start(await StartAsync(Root, "--runtime", runtime, "build", "--on-fail=shell", "--secret=id=token,src=token", "."));
        await terminal.ShowsAsync("CSN3001: the command ended with exit code 3");
        await terminal.ShowsAsync("failed: in /src, as root. What you change is thrown away. Leave with exit or Ctrl-D.");
        await terminal.TypeAsync("cat out /cache/o; echo $COLOR; cat /run/secrets/token; touch made; stty size; tty\n");
        foreach (string expected in (string[])["written", "object", "green", "hush-hush", "33 111", "/dev/pts/"])
            await terminal.ShowsAsync(expected);
        await StartProgramAsync(terminal);
        await terminal.TypeAsync("\x03");
        await terminal.ShowsAsync("# "); // what is typed before is thrown away by the terminal
        await terminal.TypeAsync("echo af''ter-$?\n");
        await terminal.ShowsAsync("after-130");
        await StartProgramAsync(terminal);
        await terminal.TypeAsync("\x1A");
        await terminal.ShowsAsync("Stopped");
        await terminal.TypeAsync("exit\n");
        await terminal.ShowsAsync("stopped jobs");
        await terminal.TypeAsync("exit 42\n");
        Assert.Equal(1, await terminal.EndAsync());
        Assert.Empty(Leftovers.In(StorePath));
        Assert.False(Directory.Exists(Path.Combine(StorePath, "failed")));
    }

    [Fact]
    public async Task A_shell_that_is_killed_with_its_build_leaves_nothing()
    {
        await using (Terminal terminal = Terminal.Start(await StartAsync(Root, "build", "--on-fail=shell", "--secret=id=token,src=token", ".")))
        {
            await terminal.ShowsAsync("Leave with exit or Ctrl-D.");
            await terminal.TypeAsync("echo in''side\n");
            await terminal.ShowsAsync("inside");
        }
        (await RunAsync(Root, "images")).Succeeded();
        Assert.Empty(Leftovers.In(StorePath));
        Assert.False(Directory.Exists(Path.Combine(StorePath, "failed")));
        Assert.DoesNotContain(StorePath, await File.ReadAllTextAsync("/proc/self/mountinfo", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_terminal_a_shell_is_refused_before_anything_is_built()
    {
        string said = (await RunAsync(Root, "build", "--on-fail=shell", ".")).Failed(4);
        Assert.Contains("error CSN2101: --on-fail=shell needs a terminal", said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(StorePath));
        Assert.Contains("--on-fail=something: write shell or keep", (await RunAsync(Root, "build", "--on-fail=something", ".")).Failed(2), StringComparison.Ordinal);
    }

    [Fact]
    public Task A_kept_step_is_entered_as_root() => KeepAndEnterAsync(Root);

    [Fact]
    public Task A_kept_step_is_entered_as_an_ordinary_user() => KeepAndEnterAsync(OrdinaryUser.AsUserAsync);

    [Fact]
    public Task A_kept_step_is_entered_where_there_is_one_id() => KeepAndEnterAsync(LadderUser.WithoutIdsAsync);

    [Theory]
    [InlineData("cat out", 0, "written\n")]
    [InlineData("cat /run/secrets/token", 1, "")]
    [InlineData("sh -c 'exit 42'", 42, "")]
    [InlineData("no-such-program", 127, "")]
    [InlineData("/cache", 126, "")]
    public async Task The_exit_code_of_a_program_is_that_of_the_command(string command, int exitCode, string output)
    {
        await KeepAsync(Root);
        string shell = (await StartAsync(Root, "shell")).FileName;
        ProcessStartInfo start = new("sh", ["-c", $"exec '{shell}' --root '{StorePath}' shell -- {command}"]);
        Outcome outcome = await Tool.CaptureAsync(start);
        Assert.True(outcome.ExitCode == exitCode, outcome.ToString());
        Assert.Equal(output, outcome.Output);
    }

    [Fact]
    public async Task What_is_piped_in_is_read_by_the_shell()
    {
        await KeepAsync(Root);
        ProcessStartInfo start = await StartAsync(Root, "shell");
        Assert.Equal("/src\nwritten\n", await Tool.ShellAsync(_directory.Path, $"echo 'pwd; cat out' | '{start.FileName}' --root '{StorePath}' shell 2> /dev/null"));
    }

    private static Task<ProcessStartInfo> Root(ProcessStartInfo start, string home) => Task.FromResult(start);

    // A program of its own, in the foreground by the time that it says something: the shell has some built in.
    private static async Task StartProgramAsync(Terminal terminal)
    {
        await terminal.TypeAsync("sh -c \"echo be''gin; exec cat\"\n");
        await terminal.ShowsAsync("begin");
    }

    private async Task KeepAndEnterAsync(Surroundings surroundings)
    {
        string id = await KeepAsync(surroundings);
        Assert.Equal("written\nobject\n/src green\n", (await RunAsync(surroundings, "shell", id, "--", "sh", "-c", "cat out /cache/o; echo $PWD $COLOR; rm out")).Succeeded());
        Assert.Equal("written\nhush-hush\n", (await RunAsync(surroundings, "shell", "--secret=id=token,src=token", "--", "cat", "out", "/run/secrets/token")).Succeeded());
        Assert.Contains(id, (await RunAsync(surroundings, "shell", "--list")).Succeeded(), StringComparison.Ordinal);
        Assert.Equal("", await Tool.ShellAsync(StorePath, "grep -rl hush-hush . || true"));
        await using (Terminal terminal = Terminal.Start(await StartAsync(surroundings, "shell", id[..6])))
        {
            await terminal.ShowsAsync("Leave with exit or Ctrl-D.");
            await terminal.TypeAsync("stty size; cat out\n");
            await terminal.ShowsAsync("33 111");
            await terminal.ShowsAsync("written");
            await terminal.TypeAsync("exit 9\n");
            Assert.Equal(9, await terminal.EndAsync());
        }
        Assert.Empty(Leftovers.In(StorePath));
        (await RunAsync(surroundings, "prune", "--force", "--filter", "type=failed")).Succeeded();
        Assert.Contains("CSN2103: no failed step is kept", (await RunAsync(surroundings, "shell")).Failed(125), StringComparison.Ordinal);
    }

    private async Task<string> KeepAsync(Surroundings surroundings)
    {
        string said = (await RunAsync(surroundings, "build", "--on-fail=keep", "--secret=id=token,src=token", ".")).Failed(1);
        string line = Assert.Single(said.Split('\n'), static l => l.StartsWith("the step is kept as it failed: caisson shell ", StringComparison.Ordinal));
        return line.Split(' ')[^1];
    }

    private async Task<Outcome> RunAsync(Surroundings surroundings, params string[] arguments) => await Tool.CaptureAsync(await StartAsync(surroundings, arguments));

    private async Task<ProcessStartInfo> StartAsync(Surroundings surroundings, params string[] arguments)
    {
        string home = _directory.Make("home");
        if (!File.Exists(_directory["project/Dockerfile"]))
        {
            _directory.File("project/Dockerfile", Dockerfile).File("project/token", "hush-hush\n").File("project/.dockerignore", "token\n");
            File.Copy(Tool.Require("busybox"), _directory["project/busybox"]);
        }
        ProcessStartInfo start = new Store(StorePath).Start(arguments);
        start.WorkingDirectory = _directory["project"];
        if (File.Exists(Path.Combine(home, "caisson")))
            File.Delete(Path.Combine(home, "caisson"));
        return await surroundings(start, home);
    }
}
