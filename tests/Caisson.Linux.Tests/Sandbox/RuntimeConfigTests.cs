using System.Collections.Immutable;
using System.Text.Json;
using Caisson.Linux.Native;
using Caisson.Linux.Sandbox;

namespace Caisson.Linux.Tests.Sandbox;

/// <summary>The configuration of a container as a value, against what Docker 20.10 gives a container by default.</summary>
public sealed class RuntimeConfigTests
{
    private static readonly HostTraits Machine = new() { InUserNamespace = false, OpenFilesHardLimit = 1 << 20, HasSeccomp = true, ThermalThrottlePaths = [] };

    private static readonly SandboxRequest Request = new() { Id = "c", RootPath = "/root/path", Arguments = ["/bin/true"] };

    private static readonly string[] DockerCapabilities =
    [
        "CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_MKNOD", "CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SETGID",
        "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT",
    ];

    [Theory]
    [InlineData("bounding")]
    [InlineData("effective")]
    [InlineData("permitted")]
    public void Capabilities_are_those_of_Docker(string set) => Assert.Equal(DockerCapabilities, Strings(Write().GetProperty("process").GetProperty("capabilities").GetProperty(set)).Order());

    // CVE-2022-24769: inheritable capabilities would come back through files that have them.
    [Theory]
    [InlineData("inheritable")]
    [InlineData("ambient")]
    public void No_capability_is_handed_on(string set) => Assert.False(Write().GetProperty("process").GetProperty("capabilities").TryGetProperty(set, out _));

    [Fact]
    public void Where_there_is_one_id_no_other_one_is_named()
    {
        HostTraits alone = Machine with { InUserNamespace = true, HasOneId = true };
        Assert.Empty(Write(Request with { User = Request.User with { AdditionalGids = [5] } }, alone).GetProperty("process").GetProperty("user").GetProperty("additionalGids").EnumerateArray());
        JsonElement terminals = Mounts(Request, alone).Single(static m => m.GetProperty("destination").GetString() == "/dev/pts");
        Assert.DoesNotContain(terminals.GetProperty("options").EnumerateArray(), static o => o.GetString()!.StartsWith("gid=", StringComparison.Ordinal)); // options are strings
    }

    [Fact]
    public void A_terminal_has_the_size_of_the_window_and_without_one_there_is_none()
    {
        JsonElement process = Write(Request with { Terminal = new TerminalWindow(Columns: 111, Rows: 33) }, Machine).GetProperty("process");
        Assert.True(process.GetProperty("terminal").GetBoolean());
        Assert.Equal("""{"height":33,"width":111}""", process.GetProperty("consoleSize").GetRawText());
        Assert.False(Write(Machine).GetProperty("process").GetProperty("terminal").GetBoolean());
    }

    [Fact]
    public void What_Docker_masks_is_masked()
    {
        JsonElement linux = Write(Machine with { ThermalThrottlePaths = ["/sys/devices/system/cpu/cpu0/thermal_throttle"] }).GetProperty("linux");
        string[] docker =
        [
            "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats",
            "/sys/devices/system/cpu/cpu0/thermal_throttle", "/sys/devices/virtual/powercap", "/sys/firmware",
        ];
        Assert.Equal(docker, Strings(linux.GetProperty("maskedPaths")).Order(StringComparer.Ordinal));
        Assert.Equal(["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"], Strings(linux.GetProperty("readonlyPaths")).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1 << 20, 524288, 1024)]
    [InlineData(20_000, 20_000, 1024)]
    [InlineData(512, 512, 512)]
    public void Open_files_are_limited_within_what_the_machine_allows(ulong machine, ulong hard, ulong soft)
    {
        JsonElement limit = Assert.Single(Write(Machine with { OpenFilesHardLimit = machine }).GetProperty("process").GetProperty("rlimits").EnumerateArray());
        Assert.Equal(("RLIMIT_NOFILE", hard, soft), (limit.GetProperty("type").GetString(), limit.GetProperty("hard").GetUInt64(), limit.GetProperty("soft").GetUInt64()));
    }

    [Fact]
    public void Every_writable_mount_keeps_devices_closed_but_for_the_devices_themselves()
    {
        SandboxRequest request = Request with { Mounts = [new SandboxMount.Bind("/b", "/s", ReadOnly: false), new SandboxMount.Tmpfs("/t", null)] };
        JsonElement[] open = [.. Mounts(request, Machine).Where(static m => !Strings(m.GetProperty("options")).Contains("nodev"))];
        Assert.Equal(
            ["/dev/full", "/dev/null", "/dev/pts", "/dev/random", "/dev/tty", "/dev/urandom", "/dev/zero"],
            open.Select(static m => m.GetProperty("destination").GetString()).Order(StringComparer.Ordinal));
        Assert.All(Mounts(request, Machine), static m => Assert.Contains("nosuid", Strings(m.GetProperty("options"))));
    }

    [Fact]
    public void Inside_a_user_namespace_the_devices_are_left_to_the_runtime() =>
        Assert.DoesNotContain(Mounts(Request, Machine with { InUserNamespace = true }), static m => m.GetProperty("destination").GetString() is "/dev/null" or "/dev/tty");

    [Fact]
    public void Mounts_of_the_request_come_last_and_in_its_order()
    {
        SandboxRequest request = Request with { Mounts = [new SandboxMount.Tmpfs("/t", 4096), new SandboxMount.Bind("/t/b", "/s", ReadOnly: true)] };
        JsonElement[] last = Mounts(request, Machine)[^2..];
        Assert.Equal(["/t", "/t/b"], last.Select(static m => m.GetProperty("destination").GetString()));
        Assert.Equal(["nosuid", "nodev", "mode=1777", "size=4096"], Strings(last[0].GetProperty("options")));
        Assert.Equal(["rbind", "nosuid", "nodev", "ro"], Strings(last[1].GetProperty("options")));
        Assert.Equal("/s", last[1].GetProperty("source").GetString());
    }

    [Theory]
    [InlineData(SandboxNetwork.None, new[] { "pid", "ipc", "uts", "mount", "network" })]
    [InlineData(SandboxNetwork.Host, new[] { "pid", "ipc", "uts", "mount" })]
    public void The_machines_network_is_seen_only_when_it_was_asked_for(SandboxNetwork network, string[] namespaces) =>
        Assert.Equal(namespaces, Write(Request with { Network = network }, Machine).GetProperty("linux").GetProperty("namespaces").EnumerateArray().Select(static n => n.GetProperty("type").GetString()));

    [Theory]
    [InlineData(false, SandboxNetwork.Host, "sysfs")]
    [InlineData(true, SandboxNetwork.None, "sysfs")]
    [InlineData(true, SandboxNetwork.Host, "bind")]
    public void In_a_user_namespace_with_the_machines_network_its_sys_is_shown(bool inUserNamespace, SandboxNetwork network, string type)
    {
        JsonElement sys = Mounts(Request with { Network = network }, Machine with { InUserNamespace = inUserNamespace }).Single(static m => m.GetProperty("destination").GetString() == "/sys");
        Assert.Equal(type, sys.GetProperty("type").GetString());
        Assert.Contains("ro", Strings(sys.GetProperty("options")));
    }

    [Fact]
    public void Who_runs_what_where_is_as_it_was_asked_for()
    {
        JsonElement config = Write(
            Request with { Arguments = ["a", "b c", ""], Environment = ["X=\"1\"", "Y="], WorkingDirectory = "/w", HostName = "h", User = new SandboxUser(1, 2, [3, 4]) },
            Machine);
        JsonElement process = config.GetProperty("process");
        Assert.Equal(["a", "b c", ""], Strings(process.GetProperty("args")));
        Assert.Equal(["X=\"1\"", "Y=", "HOME=/"], Strings(process.GetProperty("env")));
        Assert.Equal("/w", process.GetProperty("cwd").GetString());
        Assert.Equal("h", config.GetProperty("hostname").GetString());
        Assert.Equal("/root/path", config.GetProperty("root").GetProperty("path").GetString());
        Assert.Equal((1u, 2u), (process.GetProperty("user").GetProperty("uid").GetUInt32(), process.GetProperty("user").GetProperty("gid").GetUInt32()));
        Assert.Equal([2u, 3u, 4u], process.GetProperty("user").GetProperty("additionalGids").EnumerateArray().Select(static g => g.GetUInt32()));
        Assert.False(process.GetProperty("terminal").GetBoolean());
    }

    [Theory]
    [InlineData("A=1", "A=1 HOME=/home/u")]
    [InlineData("HOME=/own", "HOME=/own")]
    [InlineData("HOME=", "HOME=")]
    public void Home_is_the_users_unless_the_environment_says_otherwise(string given, string expected)
    {
        JsonElement config = Write(Request with { Environment = [given], User = new SandboxUser(1, 1, []) { Home = "/home/u" } }, Machine);
        Assert.Equal(expected.Split(' '), Strings(config.GetProperty("process").GetProperty("env")));
    }

    [Fact]
    public void What_no_rule_allows_is_refused()
    {
        JsonElement seccomp = Write().GetProperty("linux").GetProperty("seccomp");
        Assert.Equal(("SCMP_ACT_ERRNO", 1), (seccomp.GetProperty("defaultAction").GetString(), seccomp.GetProperty("defaultErrnoRet").GetInt32()));
    }

    // Docker's default profile allows these only with capabilities that a step does not have.
    [Theory]
    [InlineData("mount")]
    [InlineData("umount2")]
    [InlineData("unshare")]
    [InlineData("setns")]
    [InlineData("pivot_root")]
    [InlineData("bpf")]
    [InlineData("perf_event_open")]
    [InlineData("keyctl")]
    [InlineData("add_key")]
    [InlineData("request_key")]
    [InlineData("kexec_load")]
    [InlineData("init_module")]
    [InlineData("finit_module")]
    [InlineData("delete_module")]
    [InlineData("open_by_handle_at")]
    [InlineData("reboot")]
    [InlineData("swapon")]
    [InlineData("settimeofday")]
    [InlineData("clock_settime")]
    [InlineData("userfaultfd")]
    [InlineData("io_uring_setup")]
    [InlineData("quotactl")]
    [InlineData("fsopen")]
    [InlineData("move_mount")]
    public void Calls_that_reach_out_of_a_container_are_in_no_rule(string call) => Assert.DoesNotContain(Rules(), r => Strings(r.GetProperty("names")).Contains(call));

    [Theory]
    [InlineData("execve")]
    [InlineData("openat")]
    [InlineData("mmap")]
    [InlineData("futex")]
    [InlineData("statx")]
    [InlineData("chown")]
    [InlineData("mknod")]
    [InlineData("setxattr")]
    [InlineData("socketpair")]
    [InlineData("ptrace")]
    [InlineData("memfd_create")]
    [InlineData("chroot")]
    [InlineData("rseq")]
    public void Calls_that_programs_live_by_are_allowed(string call) =>
        Assert.Contains(Rules(), r => Strings(r.GetProperty("names")).Contains(call) && r.GetProperty("action").GetString() == "SCMP_ACT_ALLOW" && !r.TryGetProperty("args", out _));

    [Fact]
    public void A_new_process_may_have_no_namespaces_of_its_own()
    {
        JsonElement clone = Assert.Single(Rules(), static r => Strings(r.GetProperty("names")).Contains("clone"));
        JsonElement argument = Assert.Single(clone.GetProperty("args").EnumerateArray());
        // All of CLONE_NEW*, which must be zero: linux/sched.h.
        const long namespaces = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000;
        Assert.Equal((0, namespaces, 0, "SCMP_CMP_MASKED_EQ"), (argument.GetProperty("index").GetInt32(), argument.GetProperty("value").GetInt64(), argument.GetProperty("valueTwo").GetInt64(), argument.GetProperty("op").GetString()));
        JsonElement clone3 = Assert.Single(Rules(), static r => Strings(r.GetProperty("names")).Contains("clone3"));
        Assert.Equal(("SCMP_ACT_ERRNO", 38), (clone3.GetProperty("action").GetString(), clone3.GetProperty("errnoRet").GetInt32()));
    }

    [Fact]
    public void Every_call_is_named_once_among_those_that_are_allowed_always()
    {
        string[] names = [.. Rules().Where(static r => !r.TryGetProperty("args", out _)).SelectMany(static r => Strings(r.GetProperty("names")))];
        Assert.Equal(names.Distinct(), names);
    }

    [Fact]
    public void A_kernel_without_filters_gets_none() => Assert.False(Write(Machine with { HasSeccomp = false }).GetProperty("linux").TryGetProperty("seccomp", out _));

    [Fact]
    public void The_roots_flags_are_set_again_only_for_a_runtime_that_forgets_them()
    {
        Assert.False(Write().TryGetProperty("hooks", out _));
        JsonElement hook = Assert.Single(Write(Machine with { RootGuardPath = "/bin/mount" }).GetProperty("hooks").GetProperty("createContainer").EnumerateArray());
        Assert.Equal(["/bin/mount", "/root/path"], Strings(hook.GetProperty("args"))[^2..]);
    }

    [Fact]
    public void An_insecure_container_is_kept_from_nothing_that_this_process_may_do()
    {
        JsonElement config = Write(Request with { Security = SandboxSecurity.Insecure }, Machine with { Capabilities = ["CAP_SYS_ADMIN", "CAP_CHOWN"], LoopDevices = 2, RootGuardPath = "/bin/mount" });
        JsonElement capabilities = config.GetProperty("process").GetProperty("capabilities");
        Assert.All((string[])["bounding", "effective", "permitted", "inheritable", "ambient"], set => Assert.Equal(["CAP_SYS_ADMIN", "CAP_CHOWN"], Strings(capabilities.GetProperty(set))));
        JsonElement linux = config.GetProperty("linux");
        Assert.All((string[])["maskedPaths", "readonlyPaths", "seccomp"], name => Assert.False(linux.TryGetProperty(name, out _)));
        Assert.Equal(
            ["/dev/cuse", "/dev/fuse", "/dev/kmsg", "/dev/kvm", "/dev/loop-control", "/dev/loop0", "/dev/loop1", "/dev/net/tun"],
            linux.GetProperty("devices").EnumerateArray().Select(static d => d.GetProperty("path").GetString()).Order(StringComparer.Ordinal));
        Assert.True(Assert.Single(linux.GetProperty("resources").GetProperty("devices").EnumerateArray()).GetProperty("allow").GetBoolean());
        Assert.Contains("rw", Options(config, "/sys"));
        Assert.DoesNotContain("nodev", Options(config, "/dev"));
        Assert.False(config.TryGetProperty("hooks", out _));
    }

    [Fact]
    public void Inside_a_user_namespace_an_insecure_container_gets_no_devices_of_its_own() =>
        Assert.False(Write(Request with { Security = SandboxSecurity.Insecure }, Machine with { InUserNamespace = true, LoopDevices = 2 }).GetProperty("linux").TryGetProperty("devices", out _));

    [Fact]
    public void A_device_is_the_one_mount_that_devices_open_in()
    {
        JsonElement config = Write(Request with { Mounts = [new SandboxMount.Device("/dev/x", "/nodes/1")] }, Machine);
        Assert.Equal(["bind", "nosuid", "noexec"], Options(config, "/dev/x"));
        Assert.True(config.GetProperty("linux").TryGetProperty("resources", out _));
        Assert.False(Write().GetProperty("linux").TryGetProperty("resources", out _));
    }

    [Fact]
    public void Limits_go_before_that_of_every_container()
    {
        JsonElement[] limits = [.. Write(Request with { Limits = [new ResourceLimit("CORE", 1, ResourceLimit.Unlimited)] }, Machine).GetProperty("process").GetProperty("rlimits").EnumerateArray()];
        Assert.Equal(["RLIMIT_NOFILE", "RLIMIT_CORE"], limits.Select(static l => l.GetProperty("type").GetString()));
        Assert.Equal((1UL, ulong.MaxValue), (limits[1].GetProperty("soft").GetUInt64(), limits[1].GetProperty("hard").GetUInt64()));
        JsonElement own = Assert.Single(Write(Request with { Limits = [new ResourceLimit("NOFILE", 5, 6)] }, Machine).GetProperty("process").GetProperty("rlimits").EnumerateArray());
        Assert.Equal((5UL, 6UL), (own.GetProperty("soft").GetUInt64(), own.GetProperty("hard").GetUInt64()));
    }

    [Fact]
    public void Hooks_are_written_by_their_stage_behind_that_of_the_root()
    {
        SandboxHook hook = new("createContainer", "/h") { Arguments = ["h", "x"], Environment = ["A=1"], Timeout = TimeSpan.FromSeconds(3) };
        JsonElement hooks = Write(Request with { Hooks = [hook, new SandboxHook("poststop", "/p")] }, Machine with { RootGuardPath = "/bin/mount" }).GetProperty("hooks");
        JsonElement[] created = [.. hooks.GetProperty("createContainer").EnumerateArray()];
        Assert.Equal(["/bin/sh", "/h"], created.Select(static h => h.GetProperty("path").GetString()));
        Assert.Equal(("A=1", 3), (created[1].GetProperty("env")[0].GetString(), created[1].GetProperty("timeout").GetInt32()));
        Assert.Equal("/p", Assert.Single(hooks.GetProperty("poststop").EnumerateArray()).GetProperty("path").GetString());
    }

    [Theory]
    [InlineData("CapEff:\t00000000a80425fb", 14)]
    [InlineData("CapEff:\t000001ffffffffff", 41)]
    [InlineData("CapEff:\tffffffffffffffff", 41)]
    [InlineData("CapEff:\t0000000000000000", 0)]
    [InlineData("CapPrm:\t000001ffffffffff", 0)]
    public void Capabilities_of_a_process_are_read_by_name(string line, int count)
    {
        ImmutableArray<string> names = CapabilityNames.Of(["Name:\tx", line]);
        Assert.Equal(count, names.Length);
        if (count == 14)
            Assert.Equal(DockerCapabilities, names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_filter_that_is_made_already_is_handed_over_beside_the_profile()
    {
        JsonElement config = Write(Machine with { SeccompFilter = new byte[] { 1, 2, 3 } });
        Assert.Equal("AQID", config.GetProperty("annotations").GetProperty("run.oci.seccomp_bpf_data").GetString());
        Assert.True(config.GetProperty("linux").TryGetProperty("seccomp", out _));
        Assert.False(Write().TryGetProperty("annotations", out _));
        Assert.False(Write(Request with { Security = SandboxSecurity.Insecure }, Machine with { SeccompFilter = new byte[] { 1 } }).TryGetProperty("annotations", out _));
        Assert.False(Write(Machine with { HasSeccomp = false, SeccompFilter = new byte[] { 1 } }).TryGetProperty("annotations", out _));
    }

    [Fact]
    public void A_limit_is_cut_to_what_this_process_may_give()
    {
        ResourceLimit cut = ResourceLimits.Allowed(new ResourceLimit("NOFILE", 10, ResourceLimit.Unlimited));
        Assert.Equal(10UL, cut.Soft);
        Assert.InRange(cut.Hard, 10UL, ResourceLimit.Unlimited - 1);
        Assert.Throws<ArgumentException>(() => ResourceLimits.Allowed(new ResourceLimit("NONSENSE", 1, 1)));
    }

    [Fact]
    public void Equal_requests_are_equal_bytes() => Assert.Equal(RuntimeConfig.Write(Request, Machine).ToArray(), RuntimeConfig.Write(Request, Machine).ToArray());

    [Fact]
    public void A_container_is_put_into_a_user_namespace_that_is_there()
    {
        JoinedUserNamespace users = new("/proc/7/ns/user", [new IdRange(0, 1), new IdRange(1, 65536)], [new IdRange(0, uint.MaxValue)]);
        using JsonDocument document = JsonDocument.Parse(RuntimeConfig.Write(Request, Machine with { RootGuardPath = "/bin/mount" }, users));
        JsonElement linux = document.RootElement.GetProperty("linux");
        Assert.Equal("/proc/7/ns/user", linux.GetProperty("namespaces").EnumerateArray().Single(static n => n.GetProperty("type").GetString() == "user").GetProperty("path").GetString());
        Assert.Equal("""[{"containerID":0,"hostID":0,"size":1},{"containerID":1,"hostID":1,"size":65536}]""", linux.GetProperty("uidMappings").GetRawText());
        Assert.Equal("""[{"containerID":0,"hostID":0,"size":4294967295}]""", linux.GetProperty("gidMappings").GetRawText());
        // As in every user namespace: the runtime brings the devices, and the kernel keeps the flags of mounts.
        Assert.DoesNotContain(document.RootElement.GetProperty("mounts").EnumerateArray(), static m => m.GetProperty("destination").GetString() == "/dev/null");
        Assert.False(document.RootElement.TryGetProperty("hooks", out _));
    }

    private static ImmutableArray<string> Options(JsonElement config, string destination) =>
        Strings(config.GetProperty("mounts").EnumerateArray().Single(m => m.GetProperty("destination").GetString() == destination).GetProperty("options"));

    private static JsonElement[] Rules() => [.. Write().GetProperty("linux").GetProperty("seccomp").GetProperty("syscalls").EnumerateArray()];

    private static JsonElement[] Mounts(SandboxRequest request, HostTraits host) => [.. Write(request, host).GetProperty("mounts").EnumerateArray()];

    private static JsonElement Write(HostTraits? host = null) => Write(Request, host ?? Machine);

    private static JsonElement Write(SandboxRequest request, HostTraits host)
    {
        using JsonDocument document = JsonDocument.Parse(RuntimeConfig.Write(request, host));
        return document.RootElement.Clone();
    }

    private static ImmutableArray<string> Strings(JsonElement array) => [.. array.EnumerateArray().Select(static e => e.GetString() ?? "")];
}
