using System.Collections.Immutable;
using System.Globalization;
using Caisson.Linux.Processes;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Processes;

public sealed class ProcessRunnerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("exit 255", 255)]
    [InlineData("kill -9 $$", 137)]
    [InlineData("kill -TERM $$", 143)]
    public async Task The_exit_code_is_that_of_a_shell(string script, int exitCode) => Assert.Equal(exitCode, (await CaptureAsync(script)).ExitCode);

    [Fact]
    public async Task Both_streams_are_captured_apart()
    {
        ProcessResult result = await CaptureAsync("echo out; echo err >&2");
        Assert.Equal(new ProcessResult(0, "out\n", "err\n"), result);
    }

    [Fact]
    public async Task Input_is_read_to_its_end()
    {
        byte[] input = new byte[3_000_000];
        new Random(1).NextBytes(input);
        Collector output = new();
        int exitCode = await ProcessRunner.Direct.RunAsync(new ProcessRequest { File = "cat", Input = input }, output, started: null, Ct);
        Assert.Equal(0, exitCode);
        Assert.Equal(input, output.Bytes(OutputStream.StandardOutput));
    }

    [Fact]
    public async Task Without_input_there_is_an_end_at_once() => Assert.Equal("0\n", (await CaptureAsync("wc -c")).Output);

    [Fact]
    public async Task A_process_need_not_read_its_input()
    {
        ProcessRequest request = new() { File = "true", Input = new byte[10_000_000] };
        Assert.Equal(0, await ProcessRunner.Direct.RunAsync(request, output: null, started: null, Ct));
    }

    [Fact]
    public async Task Much_output_of_both_streams_at_once_comes_whole()
    {
        Collector output = new();
        ProcessRequest request = new() { File = "sh", Arguments = ["-c", "head -c 5000000 /dev/zero & head -c 5000000 /dev/zero >&2; wait"] };
        Assert.Equal(0, await ProcessRunner.Direct.RunAsync(request, output, started: null, Ct));
        Assert.Equal((5_000_000, 5_000_000), (output.Bytes(OutputStream.StandardOutput).Length, output.Bytes(OutputStream.StandardError).Length));
    }

    [Fact]
    public async Task Output_that_nobody_takes_is_dropped()
    {
        ProcessRequest request = new() { File = "head", Arguments = ["-c", "5000000", "/dev/zero"] };
        Assert.Equal(0, await ProcessRunner.Direct.RunAsync(request, output: null, started: null, Ct));
    }

    [Fact]
    public async Task A_capture_keeps_the_beginning_of_output_without_end()
    {
        ProcessResult result = await CaptureAsync("head -c 9000000 /dev/zero");
        Assert.Equal((0, 4 << 20), (result.ExitCode, result.Output.Length));
    }

    [Fact]
    public async Task Whoever_takes_the_output_and_fails_ends_the_process()
    {
        ProcessRequest request = new() { File = "yes" };
        await Assert.ThrowsAsync<InvalidOperationException>(() => ProcessRunner.Direct.RunAsync(request, new Refusing(), started: null, Ct));
    }

    [Fact]
    public async Task Whoever_is_told_of_the_start_and_fails_ends_the_process()
    {
        int processId = 0;
        ProcessRequest request = new() { File = "sleep", Arguments = ["1000"] };
        await Assert.ThrowsAsync<InvalidOperationException>(() => ProcessRunner.Direct.RunAsync(
            request,
            output: null,
            started =>
            {
                processId = started;
                throw new InvalidOperationException();
            },
            Ct));
        Assert.DoesNotContain("sleep", CommandOf(processId), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_is_cancelled_is_killed_with_all_that_it_started()
    {
        using CancellationTokenSource cancel = new();
        Collector output = new(_ => cancel.Cancel());
        ProcessRequest request = new() { File = "sh", Arguments = ["-c", "trap '' TERM; sh -c 'sleep 1000 & echo $!; wait' & wait"] };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ProcessRunner.Direct.RunAsync(request, output, started: null, cancel.Token));
        int innermost = int.Parse(output.Text(OutputStream.StandardOutput), CultureInfo.InvariantCulture);
        Assert.DoesNotContain("sleep", CommandOf(innermost), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_is_cancelled_before_it_starts_does_not_start()
    {
        using TempDirectory temp = new();
        ProcessRequest request = new() { File = "touch", Arguments = [temp["started"]] };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ProcessRunner.Direct.RunAsync(request, output: null, started: null, new CancellationToken(canceled: true)));
        Assert.False(File.Exists(temp["started"]));
    }

    [Fact]
    public async Task Variables_are_set_and_removed_and_the_others_stay()
    {
        ProcessRequest request = Shell("echo \"$A|${HOME-unset}|${PATH:+path}\"") with
        {
            Environment = ImmutableSortedDictionary<string, string?>.Empty.Add("A", "a value").Add("HOME", null),
        };
        Assert.Equal("a value|unset|path\n", (await ProcessRunner.Direct.CaptureAsync(request, Ct)).Output);
    }

    [Fact]
    public async Task It_starts_in_the_directory_that_it_is_given() =>
        Assert.Equal("/usr\n", (await ProcessRunner.Direct.CaptureAsync(Shell("pwd") with { WorkingDirectory = "/usr" }, Ct)).Output);

    [Fact]
    public async Task Arguments_arrive_as_they_are()
    {
        ProcessRequest request = new() { File = "printf", Arguments = ["%s|", "", " a  b ", "\"'\\$x", "é", "*"] };
        Assert.Equal("| a  b |\"'\\$x|é|*|", (await ProcessRunner.Direct.CaptureAsync(request, Ct)).Output);
    }

    [Theory]
    [InlineData("no-such-program", "No such file or directory")]
    [InlineData("/no/such/program", "No such file or directory")]
    [InlineData("/etc/passwd", "Permission denied")]
    public async Task A_program_that_cannot_be_started_is_named_with_the_reason(string file, string reason)
    {
        ProcessStartException failure = await Assert.ThrowsAsync<ProcessStartException>(() => ProcessRunner.Direct.CaptureAsync(new ProcessRequest { File = file }, Ct));
        Assert.Equal((file, $"cannot start {file}: {reason}"), (failure.File, failure.Message));
    }

    private static ProcessRequest Shell(string script) => new() { File = "sh", Arguments = ["-c", script] };

    private static Task<ProcessResult> CaptureAsync(string script) => ProcessRunner.Direct.CaptureAsync(Shell(script), Ct);

    // Empty for a process that is gone or waits to be reaped.
    private static string CommandOf(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private sealed class Refusing : IProcessOutput
    {
        public void Write(OutputStream stream, ReadOnlySpan<byte> bytes) => throw new InvalidOperationException("no more");
    }
}
