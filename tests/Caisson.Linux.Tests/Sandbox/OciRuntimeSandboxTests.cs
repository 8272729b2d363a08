using System.Globalization;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Tests.Testing;

namespace Caisson.Linux.Tests.Sandbox;

/// <summary>What programs find in a container that root sets up, with each runtime. What holds for every runtime and on every rung: <see cref="SandboxContract"/>.</summary>
public sealed class OciRuntimeSandboxTests : IDisposable
{
    // What Docker 20.10 gives a container: CAP_CHOWN to CAP_AUDIT_WRITE, as /proc/self/status prints them.
    private const string DockerCapabilities = "00000000a80425fb";

    private readonly TempDirectory _temp = new();

    public OciRuntimeSandboxTests() => Requires.Root();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> OfDebian => Runtimes.OfDebian;

    public void Dispose() => _temp.Dispose();

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
        string[] before = OfTheMachine();
        string[]? meanwhile = null;
        await using (Box box = await OpenAsync(runtime))
        {
            await box.RunAsync(Box.Script("echo running; grep -c . /proc/self/mountinfo"), new Collector(_ => meanwhile ??= OfTheMachine()), Ct);
            string inside = await box.LookInsideAsync(static () => File.ReadAllText("/proc/1/mountinfo"), Ct);
            Assert.DoesNotContain(inside.Split('\n'), line => line.Contains(_temp.Path, StringComparison.Ordinal) && !line.Contains("/containers-", StringComparison.Ordinal));
        }
        Assert.Equal(before, meanwhile);
        Assert.Equal(before, OfTheMachine());

        // Other tests, which run at the same time, mount for themselves.
        string[] OfTheMachine() => [.. File.ReadAllLines("/proc/self/mountinfo").Where(line => line.Contains(_temp.Path, StringComparison.Ordinal) || !line.Contains("caisson-", StringComparison.Ordinal))];
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
}
