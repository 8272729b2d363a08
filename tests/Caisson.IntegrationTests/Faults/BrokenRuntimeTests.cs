using System.Diagnostics;
using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Faults;

/// <summary>Container runtimes that hang, lie, die or are none: each is told of, and none keeps a build from ending.</summary>
public sealed partial class BrokenRuntimeTests : IDisposable
{
    private const int SandboxCode = 5;
    private const int Interrupted = 130;
    private const int Terminated = 143;

    private readonly ScratchStore _scratch = new();
    private readonly Project _project;

    public BrokenRuntimeTests()
    {
        _project = new Project(_scratch.Store, "FROM scratch\nCOPY busybox /bin/\nRUN [\"/bin/busybox\", \"true\"]\n");
        File.Copy(Tool.Require("busybox"), Path.Combine(_project.Path, "busybox"));
    }

    public void Dispose()
    {
        _project.Dispose();
        _scratch.Dispose();
    }

    public static TheoryData<string, string> Broken => new()
    {
        { "exit 0", "ended with exit code 0 and did not start the program: is it an OCI runtime?" },
        { "exit 1", "ended with exit code 1 and did not start the program: is it an OCI runtime?" },
        { "kill -9 $$", "ended with exit code 137 and did not start the program: is it an OCI runtime?" },
        { "head -c 3000000 /dev/urandom; head -c 3000000 /dev/urandom >&2; exit 3", "ended with exit code 3 and did not start the program: is it an OCI runtime?" },
        { "while [ $# -gt 1 ]; do [ \"$1\" != --log ] || log=$2; shift; done; head -c 100000 /dev/urandom > $log; exit 0", "ended with exit code 0 and did not start the program: is it an OCI runtime?" },
        { "while [ $# -gt 1 ]; do [ \"$1\" != --log ] || log=$2; shift; done; echo 'the moon is full' > $log; exit 1", "runtime: the moon is full" },
        { "while [ $# -gt 1 ]; do [ \"$1\" != --bundle ] || rm -r \"$2\"; shift; done", "ended with exit code 0 and did not start the program: is it an OCI runtime?" },
    };

    // What it does is nobody's exit code but its own, and no layer comes of it.
    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_runtime_that_does_not_run_the_program_is_told_of(string script, string said)
    {
        string error = (await _project.TryBuildAsync("--runtime", Write(script))).Failed(SandboxCode);
        Assert.Contains("Dockerfile:3:1: error CSN3003: ", error, StringComparison.Ordinal);
        Assert.Contains(said, error, StringComparison.Ordinal);
        await AssertBuildsAsync();
    }

    [Fact]
    public async Task A_runtime_that_may_not_be_executed_is_told_of()
    {
        string runtime = Write("exit 0");
        File.SetUnixFileMode(runtime, UnixFileMode.UserRead);
        string error = (await _project.TryBuildAsync("--runtime", runtime)).Failed(SandboxCode);
        Assert.Contains("Dockerfile:3:1: error CSN3003: ", error, StringComparison.Ordinal);
        Assert.Contains("Permission denied", error, StringComparison.Ordinal);
        await AssertBuildsAsync();
    }

    [Fact]
    public async Task A_runtime_that_is_no_program_is_told_of()
    {
        string runtime = Path.Combine(_project.Path, "text");
        await File.WriteAllTextAsync(runtime, "no program\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(runtime, (UnixFileMode)0b111_101_101);
        string error = (await _project.TryBuildAsync("--runtime", runtime)).Failed(SandboxCode);
        Assert.Contains("Dockerfile:3:1: error CSN3003: ", error, StringComparison.Ordinal);
    }

    // It also hangs when it is asked to end the container.
    [Theory]
    [InlineData("INT", Interrupted)]
    [InlineData("TERM", Terminated)]
    public async Task A_runtime_that_hangs_for_ever_does_not_keep_the_build_from_being_stopped(string signal, int exitCode)
    {
        string runtime = Write("case \"$*\" in *' run '*) echo it hangs >&2;; esac; while :; do sleep 600; done");
        ProcessStartInfo start = _scratch.Store.Start("build", "--progress=plain", "--runtime", runtime, _project.Path);
        start.ArgumentList.Insert(0, start.FileName);
        start.ArgumentList.Insert(0, "--default-signal=INT"); // a shell's background processes ignore it
        start.FileName = Tool.Require("env");
        await using Server build = Server.Start(start, signal);
        await build.SaysAsync(Hanging());
        Assert.Equal(exitCode, await build.StopAsync());
        await RunningProcesses.GoneAsync(runtime);
        await AssertBuildsAsync();
    }

    // Its result is that of the runtime that it calls: what a runtime does besides, as root, nobody can prevent.
    [Fact]
    public async Task A_runtime_around_another_one_is_one()
    {
        string runtime = Write($"exec {Tool.Require("runc")} \"$@\"");
        (await _project.TryBuildAsync("--runtime", runtime)).Succeeded();
    }

    private string Write(string script)
    {
        string path = Path.Combine(_scratch.Store.Root, "..", "runtime");
        Directory.CreateDirectory(_scratch.Store.Root);
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return Path.GetFullPath(path);
    }

    private async Task AssertBuildsAsync()
    {
        (await _project.TryBuildAsync()).Succeeded();
        Assert.Equal(["lock", "spare"], Directory.GetFileSystemEntries(Path.Combine(_scratch.Store.Root, "tmp")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("it hangs$")]
    private static partial Regex Hanging();
}
