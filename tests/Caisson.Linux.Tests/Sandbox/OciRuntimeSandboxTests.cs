using System.Globalization;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Sandbox;

/// <summary>What programs find in a container, and what is left of them, with each runtime.</summary>
public sealed class OciRuntimeSandboxTests : IDisposable
{
    // What Docker 20.10 gives a container: CAP_CHOWN to CAP_AUDIT_WRITE, as /proc/self/status prints them.
    private const string DockerCapabilities = "00000000a80425fb";

    private readonly TempDirectory _temp = new();

    public OciRuntimeSandboxTests() => Requires.Root();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> OfDebian => Runtimes.OfDebian;

    public static TheoryData<string, string, int> Endings => new()
    {
        { "crun", "exit 0", 0 }, { "crun", "exit 3", 3 }, { "crun", "exit 255", 255 }, { "crun", "kill -9 $$", 137 }, { "crun", "kill -TERM $$", 143 }, { "crun", "no-such-program", 127 },
        { "runc", "exit 0", 0 }, { "runc", "exit 3", 3 }, { "runc", "exit 255", 255 }, { "runc", "kill -9 $$", 137 }, { "runc", "kill -TERM $$", 143 }, { "runc", "no-such-program", 127 },
    };

    public void Dispose() => _temp.Dispose();

    // The first process of a container ignores signals that it does not handle, so a child gets them.
    [Theory]
    [MemberData(nameof(Endings))]
    public async Task The_exit_code_is_that_of_the_program_or_tells_the_signal(string runtime, string script, int exitCode)
    {
        await using Box box = await OpenAsync(runtime);
        Assert.Equal(exitCode, await box.RunAsync(Box.Script($"sh -c '{script}'; exit $?"), new Collector(), Ct));
    }

    // As when the machine runs out of memory.
    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task A_program_that_is_killed_from_outside_is_told_by_its_signal(string runtime)
    {
        string mark = Marked();
        await using Box box = await OpenAsync(runtime);
        Collector output = new(_ => Assert.All(Running(mark), static id => CurrentProcess.Signal(id, 9)));
        Assert.Equal(137, await box.RunAsync(Box.Script("") with { Arguments = ["/bin/sh", "-c", "echo ready; while :; do usleep 1000; done", mark] }, output, Ct));
    }

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task What_a_program_writes_arrives_byte_by_byte_on_its_own_stream(string runtime)
    {
        await using Box box = await OpenAsync(runtime);
        Collector output = new();
        await box.RunAsync(Box.Script("head -c 3000000 /dev/zero | tr '\\0' x; printf '\\000\\377' ; printf error >&2"), output, Ct);
        byte[] bytes = output.Bytes(OutputStream.StandardOutput);
        Assert.Equal(3_000_002, bytes.Length);
        Assert.Equal([(byte)'x', 0, 255], bytes[^3..]);
        Assert.Equal("error", output.Text(OutputStream.StandardError));
    }

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task Output_arrives_while_the_program_still_runs(string runtime)
    {
        Directory.CreateDirectory(_temp["shared"]);
        await using Box box = await OpenAsync(runtime);
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

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task The_program_has_its_arguments_environment_directory_and_host_name(string runtime)
    {
        SandboxRequest request = Box.Script("") with
        {
            Arguments = ["/bin/sh", "-c", "pwd; hostname; env | sort; printf '<%s>' \"$@\"", "sh", "a b", "", "$x", "é"],
            Environment = ["PATH=/bin", "A=1 2", "EMPTY=", "PWD=/tmp", "HOME=/h"],
            WorkingDirectory = "/tmp",
            HostName = "here",
        };
        Assert.Equal("/tmp\nhere\nA=1 2\nEMPTY=\nHOME=/h\nPATH=/bin\nPWD=/tmp\n<a b><><$x><é>", await PrintAsync(runtime, request, withoutShellsOwn: true));
    }

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task The_program_is_who_it_was_asked_to_be(string runtime)
    {
        SandboxRequest request = Box.Script("id -u; id -g; id -G; grep -E '^Cap(Eff|Prm|Amb)' /proc/self/status") with { User = new SandboxUser(1000, 1001, [5, 6]) };
        Assert.Equal("1000\n1001\n1001 5 6\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapAmb:\t0000000000000000\n", await PrintAsync(runtime, request));
    }

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task Root_has_the_capabilities_that_Docker_gives_and_no_other(string runtime) =>
        Assert.Equal(
            $"CapInh:\t0000000000000000\nCapPrm:\t{DockerCapabilities}\nCapEff:\t{DockerCapabilities}\nCapBnd:\t{DockerCapabilities}\nCapAmb:\t0000000000000000\nNoNewPrivs:\t0\n",
            await PrintAsync(runtime, Box.Script("grep -E '^(Cap|NoNewPrivs)' /proc/self/status")));

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task System_calls_are_filtered(string runtime) =>
        Assert.Equal(
            "Seccomp:\t2\nmount: denied\nunshare: denied\nchroot: works\n",
            await PrintAsync(runtime, Box.Script("grep '^Seccomp:' /proc/self/status; mount -t tmpfs none /tmp 2>/dev/null || echo mount: denied; unshare -U true 2>/dev/null || echo unshare: denied; chroot / true && echo chroot: works")));

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task Files_that_can_be_opened_at_once_are_limited_as_in_Docker_within_what_this_machine_allows(string runtime)
    {
        string hard = Math.Min(524288, HostTraits.Read().OpenFilesHardLimit).ToString(CultureInfo.InvariantCulture);
        Assert.Equal($"1024\n{hard}\n", await PrintAsync(runtime, Box.Script("ulimit -Sn; ulimit -Hn")));
    }

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task Without_a_network_there_is_a_loopback_and_nothing_else(string runtime) =>
        Assert.Equal("lo\nup\n", await PrintAsync(runtime, Box.Script("ls /sys/class/net; ping -c 1 -W 1 127.0.0.1 > /dev/null && echo up") with { Network = SandboxNetwork.None }));

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task With_the_machines_network_there_is_what_the_machine_has(string runtime)
    {
        string[] own = [.. Directory.GetFileSystemEntries("/sys/class/net").Select(static p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];
        Assert.Equal(string.Join('\n', own) + "\n", await PrintAsync(runtime, Box.Script("ls /sys/class/net") with { Network = SandboxNetwork.Host }));
    }

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task The_devices_of_a_container_work_and_those_it_makes_itself_do_not(string runtime) =>
        Assert.Equal(
            "c 1:3 null\nc 1:5 zero\nc 1:7 full\nc 1:8 random\nc 1:9 urandom\nc 5:0 tty\nnull: works\nown: made\nown: closed\nin tmp: closed\n",
            await PrintAsync(runtime, Box.Script("""
                for name in null zero full random urandom tty; do printf 'c %d:%d %s\n' $(stat -c '0x%t 0x%T' /dev/$name) $name; done
                echo x > /dev/null && echo null: works
                mknod /null c 1 3 && echo own: made
                (echo x > /null) 2>/dev/null || echo own: closed
                mknod /tmp/null c 1 3; (echo x > /tmp/null) 2>/dev/null || echo in tmp: closed
                """)));

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task The_machines_own_affairs_are_masked(string runtime) =>
        Assert.Equal(
            "kcore 0\nkeys 0\nfirmware 0\nsysrq: closed\nsys: closed\nproc/sys: closed\n",
            await PrintAsync(runtime, Box.Script("""
                echo kcore $(head -c 10 /proc/kcore 2>/dev/null | wc -c); echo keys $(cat /proc/keys 2>/dev/null | wc -c); echo firmware $(ls /sys/firmware | wc -l)
                (echo h > /proc/sysrq-trigger) 2>/dev/null || echo sysrq: closed
                mkdir /sys/x 2>/dev/null || echo sys: closed
                (echo x > /proc/sys/kernel/hostname) 2>/dev/null || echo proc/sys: closed
                """)));

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task Only_the_programs_own_processes_are_seen(string runtime) =>
        Assert.Equal("1\n", await PrintAsync(runtime, Box.Script("set -- /proc/[0-9]*; echo $#")));

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task Mounts_are_as_they_were_asked_for(string runtime)
    {
        await Tool.ShellAsync(_temp.Path, "mkdir ro rw; echo r > ro/f; echo w > rw/f; echo file > one");
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
        Assert.Equal("r\nw\nfile\nro: closed\none: closed\ntmpfs\n1777\n1024\n", await PrintAsync(runtime, request));
        Assert.Equal("new\n", await File.ReadAllTextAsync(_temp["rw/f"], Ct));
    }

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task What_was_made_to_mount_over_is_no_work_of_the_program(string runtime)
    {
        await Tool.ShellAsync(_temp.Path, "mkdir d; touch f");
        await using Box box = await OpenAsync(runtime);
        SandboxRequest request = Box.Script("test -e /etc/resolv.conf && test -d /a/b/c && test -d /tmp/d && echo mine > /kept/mine") with
        {
            Mounts =
            [
                new SandboxMount.Bind("/etc/resolv.conf", _temp["f"], ReadOnly: true, IsDirectory: false), new SandboxMount.Bind("/a/b/c", _temp["d"], ReadOnly: true),
                new SandboxMount.Bind("/tmp/d", _temp["d"], ReadOnly: true), new SandboxMount.Tmpfs("/kept/below", null),
            ],
        };
        Assert.Equal(0, await box.RunAsync(request, new Collector(), Ct));
        string[] written = await Trees.FoundAsync(box.Written);
        Assert.Equal(["d 0755 0:0 kept", "f 0644 0:0 kept/mine 5 fcbc800d"], written.Where(static l => !l.EndsWith(" tmp", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task The_machines_mounts_stay_as_they_are_while_a_program_runs_and_afterwards(string runtime)
    {
        string before = await File.ReadAllTextAsync("/proc/self/mountinfo", Ct);
        string? meanwhile = null;
        await using (Box box = await OpenAsync(runtime))
        {
            await box.RunAsync(Box.Script("echo running; grep -c . /proc/self/mountinfo"), new Collector(_ => meanwhile ??= File.ReadAllText("/proc/self/mountinfo")), Ct);
            string inside = await box.LookInsideAsync(static () => File.ReadAllText("/proc/1/mountinfo"), Ct);
            Assert.DoesNotContain(inside.Split('\n'), line => line.Contains(_temp.Path, StringComparison.Ordinal) && !line.Contains("/containers-", StringComparison.Ordinal));
        }
        Assert.Equal(before, meanwhile);
        Assert.Equal(before, await File.ReadAllTextAsync("/proc/self/mountinfo", Ct));
    }

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task Whoever_cancels_ends_everything_in_the_container(string runtime)
    {
        string mark = Marked();
        using CancellationTokenSource cancel = new();
        await using Box box = await OpenAsync(runtime);
        Collector output = new(_ => cancel.Cancel());
        SandboxRequest request = Box.Script($"trap '' TERM INT; sh -c 'trap \"\" TERM; sleep {mark}' & setsid sleep {mark} & echo ready; wait");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => box.RunAsync(request, output, cancel.Token));
        Assert.Empty(Running(mark));
    }

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task What_a_program_leaves_running_ends_with_it(string runtime)
    {
        string mark = Marked();
        await using Box box = await OpenAsync(runtime);
        Assert.Equal(0, await box.RunAsync(Box.Script($"setsid sleep {mark} < /dev/null > /dev/null 2>&1 & exit 0"), new Collector(), Ct));
        Assert.Empty(Running(mark));
    }

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task A_program_is_not_begun_after_it_was_cancelled(string runtime)
    {
        using CancellationTokenSource cancelled = new();
        await using Box box = await OpenAsync(runtime);
        await box.RunAsync(Box.Script(":"), new Collector(), Ct);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => box.RunAsync(Box.Script("echo x > /x"), new Collector(), cancelled.Token));
    }

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task Nothing_of_a_container_is_left_in_the_work_area(string runtime)
    {
        await using Box box = await OpenAsync(runtime);
        await box.RunAsync(Box.Script("exit 3"), new Collector(), Ct);
        string containers = Directory.GetDirectories(_temp["work"], "containers-*", SearchOption.AllDirectories).Single();
        Assert.Empty(Directory.GetFileSystemEntries(containers));
        string[] inside = await box.LookInsideAsync(() => Directory.GetFileSystemEntries(containers, "*", SearchOption.AllDirectories), Ct);
        Assert.DoesNotContain(inside, static p => Path.GetFileName(p).StartsWith("bundle", StringComparison.Ordinal) || File.Exists(p));
    }

    // The environment may hold a secret.
    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task The_environment_of_a_program_is_never_written_to_disk(string runtime)
    {
        string? found = null;
        await using Box box = await OpenAsync(runtime);
        Collector output = new(_ => found ??= string.Join('\n', Directory.GetFiles(_temp["work"], "*", SearchOption.AllDirectories).Where(static f => File.ReadAllText(f).Contains("s3cret", StringComparison.Ordinal))));
        Assert.Equal(0, await box.RunAsync(Box.Script("echo ready; test $KEY = s3cret") with { Environment = ["PATH=/bin", "KEY=s3cret"] }, output, Ct));
        Assert.Equal("", found);
    }

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task Several_containers_run_at_once(string runtime)
    {
        Directory.CreateDirectory(_temp["shared"]);
        await using Box box = await OpenAsync(runtime);
        // Each waits for the other.
        SandboxRequest Meet(string own, string other) =>
            Box.Script($"touch /shared/{own}; while ! [ -e /shared/{other} ]; do usleep 1000; done") with { Mounts = [new SandboxMount.Bind("/shared", _temp["shared"], ReadOnly: false)] };
        Task<int> one = box.RunAsync(Meet("one", "two"), new Collector(), Ct);
        Task<int> two = box.RunAsync(Meet("two", "one"), new Collector(), Ct);
        int[] exitCodes = await Task.WhenAll(one, two);
        Assert.Equal([0, 0], exitCodes);
    }

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task A_program_that_is_not_there_is_told_from_one_that_failed(string runtime)
    {
        await using Box box = await OpenAsync(runtime);
        foreach (string program in (string[])["/no/such/program", "no-such-program"])
        {
            SandboxException failure = await Assert.ThrowsAsync<SandboxException>(() => box.RunAsync(Box.Script("") with { Arguments = [program] }, new Collector(), Ct));
            Assert.StartsWith(runtime + ": ", failure.Message, StringComparison.Ordinal);
            Assert.Contains(program, failure.Message, StringComparison.Ordinal);
            Assert.True(failure.IsProgramMissing, failure.Message);
        }
    }

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task What_is_no_program_is_not_taken_for_a_missing_one(string runtime)
    {
        await using Box box = await OpenAsync(runtime);
        SandboxException failure = await Assert.ThrowsAsync<SandboxException>(() => box.RunAsync(Box.Script("") with { Arguments = ["/tmp"] }, new Collector(), Ct));
        Assert.False(failure.IsProgramMissing, failure.Message);
        Assert.True(failure.IsProgramRefused, failure.Message);
    }

    [Theory]
    [MemberData(nameof(OfDebian))]
    public async Task An_ordinary_user_runs_programs_as_the_root_of_a_namespace(string runtime)
    {
        await Tool.ShellAsync(_temp.Path, "chmod 755 .; mkdir user; chown 65534:65534 user");
        using OtherProcess user = await OtherProcess.StartInFullUserNamespaceAsync("run-in-box", _temp.Path, runtime, """
            id -u; touch /mine; chown 5:6 /mine; stat -c %u:%g /mine; grep ^CapEff /proc/self/status; cat /proc/1/uid_map | tr -s ' '; ls /sys/class/net
            for name in null zero full random urandom tty; do [ -c /dev/$name ] && printf "$name "; done; head -c 3 /dev/zero | wc -c
            mknod /null c 1 3 2>/dev/null || echo own: denied
            """);
        Assert.Equal("0", await user.ReadLineAsync());
        Assert.Equal("5:6", await user.ReadLineAsync());
        Assert.Equal("CapEff:\t" + DockerCapabilities, await user.ReadLineAsync());
        Assert.Equal(" 0 65534 1", await user.ReadLineAsync());
        Assert.Equal(" 1 100000 65535", await user.ReadLineAsync());
        Assert.Equal("lo", await user.ReadLineAsync());
        Assert.Equal("null zero full random urandom tty 3", await user.ReadLineAsync());
        Assert.Equal("own: denied", await user.ReadLineAsync());
        Assert.Equal("exit code 0", await user.ReadLineAsync());
    }

    [Fact]
    public async Task A_runtime_that_is_not_there_is_named()
    {
        await using Box box = await OpenAsync("no-such-runtime");
        MissingRuntimeException failure = await Assert.ThrowsAsync<MissingRuntimeException>(() => box.RunAsync(Box.Script(":"), new Collector(), Ct));
        Assert.Equal("the OCI runtime \"no-such-runtime\" is not on this machine", failure.Message);
    }

    private Task<Box> OpenAsync(string runtime)
    {
        if (runtime != "no-such-runtime")
            Requires.Tool(runtime);
        return Box.OpenAsync(_temp.Path, runtime, Ct);
    }

    private async Task<string> PrintAsync(string runtime, SandboxRequest request, bool withoutShellsOwn = false)
    {
        await using Box box = await OpenAsync(runtime);
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
