using System.Globalization;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Sandbox;

/// <summary>What every sandbox promises, whichever runtime it has and whoever sets it up. One class for each of them.</summary>
/// <param name="place">The sandbox.</param>
public abstract class SandboxContract(SandboxPlace place) : IDisposable
{
    private readonly TempDirectory _temp = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _temp.Dispose();
        GC.SuppressFinalize(this);
    }

    // The first process of a container ignores signals that it does not handle, so a child gets them.
    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("exit 255", 255)]
    [InlineData("kill -9 $$", 137)]
    [InlineData("kill -TERM $$", 143)]
    [InlineData("no-such-program", 127)]
    public async Task The_exit_code_is_that_of_the_program_or_tells_the_signal(string script, int exitCode)
    {
        IBox box = await OpenAsync();
        Assert.Equal(exitCode, await box.RunAsync(Box.Script($"sh -c '{script}'; exit $?"), new Collector(), Ct));
    }

    // As when the machine runs out of memory.
    [Fact]
    public async Task A_program_that_is_killed_from_outside_is_told_by_its_signal()
    {
        string mark = Marked();
        IBox box = await OpenAsync();
        Collector output = new(_ => Assert.All(Running(mark), static id => CurrentProcess.Signal(id, 9)));
        Assert.Equal(137, await box.RunAsync(Box.Script("") with { Arguments = ["/bin/sh", "-c", "echo ready; while :; do usleep 1000; done", mark] }, output, Ct));
    }

    [Fact]
    public async Task What_a_program_writes_arrives_byte_by_byte_on_its_own_stream()
    {
        IBox box = await OpenAsync();
        Collector output = new();
        await box.RunAsync(Box.Script("head -c 3000000 /dev/zero | tr '\\0' x; printf '\\000\\377' ; printf error >&2"), output, Ct);
        byte[] bytes = output.Bytes(OutputStream.StandardOutput);
        Assert.Equal(3_000_002, bytes.Length);
        Assert.Equal([(byte)'x', 0, 255], bytes[^3..]);
        Assert.Equal("error", output.Text(OutputStream.StandardError));
    }

    [Fact]
    public async Task Output_arrives_while_the_program_still_runs()
    {
        await MakeSharedAsync();
        IBox box = await OpenAsync();
        // The program goes on only when its first line has been seen.
        Collector output = new(text =>
        {
            if (text == "first\n")
                File.WriteAllText(_temp["shared/seen"], "");
        });
        SandboxRequest request = Box.Script("echo first; while ! [ -e /shared/seen ]; do usleep 1000; done; echo second") with { Mounts = [new SandboxMount.Bind("/shared", _temp["shared"], ReadOnly: false)] };
        Assert.Equal(0, await box.RunAsync(request, output, Ct));
        Assert.Equal("first\nsecond\n", output.Text(OutputStream.StandardOutput));
    }

    [Fact]
    public async Task The_program_has_its_arguments_environment_directory_and_host_name()
    {
        SandboxRequest request = Box.Script("") with
        {
            Arguments = ["/bin/sh", "-c", "pwd; hostname; env | sort; printf '<%s>' \"$@\"", "sh", "a b", "", "$x", "é"],
            Environment = ["PATH=/bin", "A=1 2", "EMPTY=", "PWD=/tmp", "HOME=/h"],
            WorkingDirectory = "/tmp",
            HostName = "here",
        };
        Assert.Equal("/tmp\nhere\nA=1 2\nEMPTY=\nHOME=/h\nPATH=/bin\nPWD=/tmp\n<a b><><$x><é>", await PrintAsync(request, withoutShellsOwn: true));
    }

    [Fact]
    public async Task Without_a_network_there_is_a_loopback_and_nothing_else() =>
        Assert.Equal("lo\nup\n", await PrintAsync(Box.Script("ls /sys/class/net; ping -c 1 -W 1 127.0.0.1 > /dev/null && echo up")));

    [Fact]
    public async Task The_machines_own_affairs_are_masked() =>
        Assert.Equal(
            "kcore 0\nkeys 0\nfirmware 0\nsysrq: closed\nsys: closed\nproc/sys: closed\n",
            await PrintAsync(Box.Script("""
                echo kcore $(head -c 10 /proc/kcore 2>/dev/null | wc -c); echo keys $(cat /proc/keys 2>/dev/null | wc -c); echo firmware $(ls /sys/firmware | wc -l)
                (echo h > /proc/sysrq-trigger) 2>/dev/null || echo sysrq: closed
                mkdir /sys/x 2>/dev/null || echo sys: closed
                (echo x > /proc/sys/kernel/hostname) 2>/dev/null || echo proc/sys: closed
                """)));

    [Fact]
    public async Task Only_the_programs_own_processes_are_seen() =>
        Assert.Equal("1\n", await PrintAsync(Box.Script("set -- /proc/[0-9]*; echo $#")));

    [Fact]
    public async Task Mounts_are_as_they_were_asked_for()
    {
        await Tool.ShellAsync(_temp.Path, "chmod 755 .; mkdir ro rw; echo r > ro/f; echo w > rw/f; echo file > one; chmod 666 rw/f one");
        SandboxRequest request = Box.Script("""
            cat /ro/f /deep/er/rw/f /one; (echo x > /ro/f) 2>/dev/null || echo ro: closed; echo new > /deep/er/rw/f; (echo x > /one) 2>/dev/null || echo one: closed
            stat -f -c %T /mem; stat -c %a /mem; df -k /mem | tail -n 1 | awk '{ print $2 }'
            """) with
        {
            Mounts =
            [
                new SandboxMount.Bind("/ro", _temp["ro"], ReadOnly: true), new SandboxMount.Bind("/deep/er/rw", _temp["rw"], ReadOnly: false),
                new SandboxMount.Bind("/one", _temp["one"], ReadOnly: true, IsDirectory: false), new SandboxMount.Tmpfs("/mem", 1 << 20),
            ],
        };
        Assert.Equal("r\nw\nfile\nro: closed\none: closed\ntmpfs\n1777\n1024\n", await PrintAsync(request));
        Assert.Equal("new\n", await File.ReadAllTextAsync(_temp["rw/f"], Ct));
    }

    [Fact]
    public async Task Whoever_cancels_ends_everything_in_the_container()
    {
        string mark = Marked();
        using CancellationTokenSource cancel = new();
        IBox box = await OpenAsync();
        Collector output = new(_ => cancel.Cancel());
        SandboxRequest request = Box.Script($"trap '' TERM INT; sh -c 'trap \"\" TERM; sleep {mark}' & setsid sleep {mark} & echo ready; wait");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => box.RunAsync(request, output, cancel.Token));
        Assert.Empty(Running(mark));
    }

    [Fact]
    public async Task What_a_program_leaves_running_ends_with_it()
    {
        string mark = Marked();
        IBox box = await OpenAsync();
        Assert.Equal(0, await box.RunAsync(Box.Script($"setsid sleep {mark} < /dev/null > /dev/null 2>&1 & exit 0"), new Collector(), Ct));
        Assert.Empty(Running(mark));
    }

    [Fact]
    public async Task A_program_is_not_begun_after_it_was_cancelled()
    {
        using CancellationTokenSource cancelled = new();
        IBox box = await OpenAsync();
        await box.RunAsync(Box.Script(":"), new Collector(), Ct);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => box.RunAsync(Box.Script("echo x > /x"), new Collector(), cancelled.Token));
    }

    [Fact]
    public async Task Several_containers_run_at_once()
    {
        await MakeSharedAsync();
        IBox box = await OpenAsync();
        // Each waits for the other.
        SandboxRequest Meet(string own, string other) =>
            Box.Script($"touch /shared/{own}; while ! [ -e /shared/{other} ]; do usleep 1000; done") with { Mounts = [new SandboxMount.Bind("/shared", _temp["shared"], ReadOnly: false)] };
        Task<int> one = box.RunAsync(Meet("one", "two"), new Collector(), Ct);
        Task<int> two = box.RunAsync(Meet("two", "one"), new Collector(), Ct);
        int[] exitCodes = await Task.WhenAll(one, two);
        Assert.Equal([0, 0], exitCodes);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_told_from_one_that_failed()
    {
        IBox box = await OpenAsync();
        foreach (string program in (string[])["/no/such/program", "no-such-program"])
        {
            SandboxException failure = await Assert.ThrowsAsync<SandboxException>(() => box.RunAsync(Box.Script("") with { Arguments = [program] }, new Collector(), Ct));
            Assert.StartsWith(place.Runtime + ": ", failure.Message, StringComparison.Ordinal);
            Assert.Contains(program, failure.Message, StringComparison.Ordinal);
            Assert.True(failure.IsProgramMissing, failure.Message);
        }
    }

    [Fact]
    public async Task What_is_no_program_is_not_taken_for_a_missing_one()
    {
        IBox box = await OpenAsync();
        SandboxException failure = await Assert.ThrowsAsync<SandboxException>(() => box.RunAsync(Box.Script("") with { Arguments = ["/tmp"] }, new Collector(), Ct));
        Assert.False(failure.IsProgramMissing, failure.Message);
        Assert.True(failure.IsProgramRefused, failure.Message);
    }

    private Task<IBox> OpenAsync() => place.OpenAsync();

    // For whoever the box belongs to.
    private Task<string> MakeSharedAsync() => Tool.ShellAsync(_temp.Path, "chmod 755 .; mkdir shared; chmod 777 shared");

    private async Task<string> PrintAsync(SandboxRequest request, bool withoutShellsOwn = false)
    {
        IBox box = await OpenAsync();
        Collector output = new();
        int exitCode = await box.RunAsync(request, output, Ct);
        Assert.Equal((0, ""), (exitCode, output.Text(OutputStream.StandardError)));
        string text = output.Text(OutputStream.StandardOutput);
        return withoutShellsOwn ? string.Concat(text.Split('\n').Where(static l => !l.StartsWith("SHLVL=", StringComparison.Ordinal)).Select(static l => l + "\n")).TrimEnd('\n') : text;
    }

    // A number of seconds that no other process sleeps for.
    private static string Marked() => "100" + Random.Shared.NextInt64(1_000_000_000, long.MaxValue >> 8).ToString(CultureInfo.InvariantCulture);

    // The shells and sleepers among the machine's processes that have the mark; runtimes and their starters may have it too.
    private static List<int> Running(string mark) =>
    [
        .. Directory.GetDirectories("/proc")
            .Where(static d => char.IsAsciiDigit(Path.GetFileName(d)[0]))
            .Where(d => CommandLineOf(d) is var command && command.Contains(mark, StringComparison.Ordinal) && (command.StartsWith("sleep", StringComparison.Ordinal) || command.StartsWith("/bin/sh", StringComparison.Ordinal)))
            .Select(static d => int.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture)),
    ];

    private static string CommandLineOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return ""; // it ended meanwhile
        }
    }
}
