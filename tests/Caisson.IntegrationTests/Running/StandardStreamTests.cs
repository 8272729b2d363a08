using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Running;

/// <summary>The three streams of <c>caisson run</c>, which are the caller's.</summary>
public sealed class StandardStreamTests(ScratchStore scratch) : IClassFixture<ScratchStore>, IAsyncLifetime
{
    private const string Dockerfile = """
        FROM scratch
        COPY busybox /bin/
        RUN ["/bin/busybox", "--install", "/bin"]
        USER 1234:1234
        """;

    private readonly TempDirectory _directory = new();
    private string _run = "";

    public async ValueTask InitializeAsync()
    {
        using Project project = new(scratch.Store, Dockerfile);
        File.Copy(Tool.Require("busybox"), Path.Combine(project.Path, "busybox"));
        (await project.TryBuildAsync("-t", "streams")).Succeeded();
        _run = $"'{Repository.Binary}' --root '{scratch.Store.Root}' run streams";
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Files_that_take_the_output_stay_the_callers_and_are_written_on_where_they_end()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, who could give them away");
        await Tool.ShellAsync(_directory.Path, $"(echo before; {_run} sh -c 'echo inside; echo error >&2'; echo after) > out 2> err");
        Assert.Equal("before\ninside\nafter\n", File.ReadAllText(_directory["out"]));
        Assert.Equal("error\n", File.ReadAllText(_directory["err"]));
        Assert.Equal("0 0\n", await Tool.ShellAsync(_directory.Path, "stat -c '%u %g' out"));
    }

    [Fact]
    public async Task The_null_device_of_the_machine_keeps_its_owner()
    {
        string before = await Tool.ShellAsync("/", "stat -c '%u %g %a' /dev/null");
        await Tool.ShellAsync("/", $"{_run} true < /dev/null > /dev/null 2> /dev/null");
        Assert.Equal(before, await Tool.ShellAsync("/", "stat -c '%u %g %a' /dev/null"));
    }

    [Fact]
    public async Task What_is_piped_in_is_read_to_its_end() =>
        Assert.Equal("100000000\n", await Tool.ShellAsync("/", $"head -c 100000000 /dev/zero | {_run} wc -c"));

    [Fact]
    public async Task A_program_whose_reader_is_gone_ends() =>
        Assert.Equal("y\n", await Tool.ShellAsync("/", $"{_run} yes 2> /dev/null | head -n 1"));

    [Fact]
    public async Task A_program_need_not_read_its_input() =>
        Assert.Equal("done\n", await Tool.ShellAsync(_directory.Path, $"mkfifo pipe; exec 3<> pipe; {_run} echo done < pipe"));
}
