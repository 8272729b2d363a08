using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace Caisson.Linux.Sandbox;

/// <summary>
/// Writes the <c>config.json</c> of a container: what Docker gives a container by default, so that a Dockerfile runs here as it does there.
/// </summary>
/// <remarks>
/// <para>runtime-spec v1.0.2, config.md and config-linux.md.</para>
/// <para>One thing is done by other means. Docker keeps a container's root from opening the host's devices through nodes of its own making with
/// the devices cgroup, which not every host lets us use. Here every writable mount of a container is <c>nodev</c>, and the devices that it may
/// use are bind mounts of the host's. A runtime that forgets the flag of the root's mount is made to set it again by a hook. An insecure container has none of this.</para>
/// </remarks>
internal sealed class RuntimeConfig
{
    private const ulong SoftOpenFiles = 1024;
    private const ulong HardOpenFiles = 524288;

    private const string HomeVariable = "HOME=";

    private static readonly string[] Capabilities =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP",
        "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    private static readonly string[] Devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"];

    private static readonly string[] MaskedPaths =
    [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
        "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware",
    ];

    private static readonly string[] ReadOnlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    // Docker's words for "insecure": the kernel's log, file systems and character devices in programs, virtual machines, tunnels and loops.
    private static readonly (string Path, int Major, int Minor)[] InsecureDevices =
        [("/dev/kmsg", 1, 11), ("/dev/cuse", 10, 203), ("/dev/fuse", 10, 229), ("/dev/kvm", 10, 232), ("/dev/net/tun", 10, 200), ("/dev/loop-control", 10, 237)];

    private const int LoopMajor = 7;

    private readonly SandboxRequest _request;
    private readonly HostTraits _host;
    private readonly JoinedUserNamespace? _users;
    private readonly Utf8JsonWriter _json;

    private RuntimeConfig(SandboxRequest request, HostTraits host, JoinedUserNamespace? users, Utf8JsonWriter json)
    {
        _request = request;
        // What this process may do counts for nothing in a user namespace below, and the kernel keeps the flags of mounts there.
        _host = users is null ? host : host with { InUserNamespace = true, RootGuardPath = null };
        _users = users;
        _json = json;
    }

    private bool IsInsecure => _request.Security == SandboxSecurity.Insecure;

    /// <summary>The file's content.</summary>
    /// <param name="request">The program and its surroundings.</param>
    /// <param name="host">What this machine is like.</param>
    /// <param name="users">The user namespace that the container is put into; null for that of this process.</param>
    public static ReadOnlyMemory<byte> Write(SandboxRequest request, HostTraits host, JoinedUserNamespace? users = null)
    {
        ArrayBufferWriter<byte> buffer = new(16 << 10);
        using (Utf8JsonWriter json = new(buffer))
            new RuntimeConfig(request, host, users, json).WriteAll();
        return buffer.WrittenMemory;
    }

    private void WriteAll()
    {
        _json.WriteStartObject();
        _json.WriteString("ociVersion", "1.0.2");
        _json.WriteString("hostname", _request.HostName);
        _json.WriteStartObject("root");
        _json.WriteString("path", _request.RootPath);
        _json.WriteBoolean("readonly", false);
        _json.WriteEndObject();
        WriteProcess();
        WriteMounts();
        WriteLinux();
        WriteAnnotations();
        WriteHooks();
        _json.WriteEndObject();
    }

    private void WriteProcess()
    {
        _json.WriteStartObject("process");
        _json.WriteBoolean("terminal", _request.Terminal is not null);
        if (_request.Terminal is { } window)
        {
            _json.WriteStartObject("consoleSize");
            _json.WriteNumber("height", window.Rows);
            _json.WriteNumber("width", window.Columns);
            _json.WriteEndObject();
        }
        _json.WriteBoolean("noNewPrivileges", false);
        _json.WriteStartObject("user");
        _json.WriteNumber("uid", _request.User.Uid);
        _json.WriteNumber("gid", _request.User.Gid);
        _json.WriteStartArray("additionalGids");
        // Its own group too: a set-group-id program would lose it otherwise, and with it what is denied to the group (CVE-2022-36109).
        // Whoever has one id only may set no groups (user_namespaces(7), "setgroups"), and has that one anyway.
        if (!_host.HasOneId)
        {
            foreach (uint gid in _request.User.AdditionalGids.Append(_request.User.Gid).Distinct().Order())
                _json.WriteNumberValue(gid);
        }
        _json.WriteEndArray();
        _json.WriteEndObject();
        WriteStrings("args", _request.Arguments.AsSpan());
        bool hasHome = _request.Environment.Any(static v => v.StartsWith(HomeVariable, StringComparison.Ordinal));
        WriteStrings("env", hasHome ? _request.Environment.AsSpan() : [.. _request.Environment, HomeVariable + _request.User.Home]);
        _json.WriteString("cwd", _request.WorkingDirectory);
        _json.WriteStartObject("capabilities");
        foreach (string set in (string[])["bounding", "effective", "permitted"])
            WriteStrings(set, IsInsecure ? _host.Capabilities.AsSpan() : Capabilities);
        // Whoever else the program runs as has them too.
        foreach (string set in IsInsecure ? (string[])["inheritable", "ambient"] : [])
            WriteStrings(set, _host.Capabilities.AsSpan());
        _json.WriteEndObject();
        WriteLimits();
        _json.WriteEndObject();
    }

    private void WriteLimits()
    {
        const string openFiles = "NOFILE";
        ResourceLimit files = new(openFiles, Math.Min(SoftOpenFiles, _host.OpenFilesHardLimit), Math.Min(HardOpenFiles, _host.OpenFilesHardLimit));
        _json.WriteStartArray("rlimits");
        foreach (ResourceLimit limit in _request.Limits.Any(static l => l.Name == openFiles) ? _request.Limits : _request.Limits.Insert(0, files))
        {
            _json.WriteStartObject();
            _json.WriteString("type", "RLIMIT_" + limit.Name);
            _json.WriteNumber("hard", limit.Hard);
            _json.WriteNumber("soft", limit.Soft);
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
    }

    private void WriteMounts()
    {
        _json.WriteStartArray("mounts");
        WriteMount("/proc", "proc", "proc", "nosuid", "noexec", "nodev");
        WriteMount("/dev", "tmpfs", "tmpfs", ["nosuid", IsInsecure ? "dev" : "nodev", "strictatime", "mode=755", "size=65536k"]);
        string[] terminalGroup = _host.HasOneId ? [] : ["gid=5"];
        WriteMount("/dev/pts", "devpts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", .. terminalGroup]);
        WriteMount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", $"size={_request.SharedMemoryBytes}");
        WriteMount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
        // A user namespace may mount sysfs only together with a network namespace of its own.
        string access = IsInsecure ? "rw" : "ro";
        if (_host.InUserNamespace && _request.Network == SandboxNetwork.Host)
            WriteMount("/sys", "bind", "/sys", "rbind", "nosuid", "noexec", "nodev", access);
        else
            WriteMount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", access);
        // Inside a user namespace, where no devices can be made, the runtimes do this themselves, and runc stumbles over a /dev/tty that is there already.
        foreach (string device in _host.InUserNamespace ? [] : Devices)
            WriteMount(device, "bind", device, "bind", "nosuid", "noexec");
        foreach (SandboxMount mount in _request.Mounts)
            WriteMount(mount);
        _json.WriteEndArray();
    }

    private void WriteMount(SandboxMount mount)
    {
        switch (mount)
        {
            case SandboxMount.Bind bind:
                WriteMount(bind.Destination, "bind", bind.Source, "rbind", "nosuid", "nodev", bind.ReadOnly ? "ro" : "rw");
                break;
            case SandboxMount.Device device:
                WriteMount(device.Destination, "bind", device.Source, "bind", "nosuid", "noexec");
                break;
            case SandboxMount.Tmpfs tmpfs:
                string[] size = tmpfs.SizeBytes is { } bytes ? [$"size={bytes}"] : [];
                string[] access = tmpfs.IsReadOnly ? ["ro"] : [];
                WriteMount(tmpfs.Destination, "tmpfs", "tmpfs", ["nosuid", "nodev", "mode=1777", .. size, .. access]);
                break;
        }
    }

    private void WriteMount(string destination, string type, string source, params ReadOnlySpan<string> options)
    {
        _json.WriteStartObject();
        _json.WriteString("destination", destination);
        _json.WriteString("type", type);
        _json.WriteString("source", source);
        WriteStrings("options", options);
        _json.WriteEndObject();
    }

    private void WriteLinux()
    {
        _json.WriteStartObject("linux");
        _json.WriteStartArray("namespaces");
        string[] network = _request.Network == SandboxNetwork.None ? ["network"] : [];
        foreach (string type in (string[])["pid", "ipc", "uts", "mount", .. network])
        {
            _json.WriteStartObject();
            _json.WriteString("type", type);
            _json.WriteEndObject();
        }
        if (_request.NetworkPath is { } joined)
            WriteNamespace("network", joined);
        if (_users is not null)
            WriteNamespace("user", _users.Path);
        _json.WriteEndArray();
        if (_users is not null)
        {
            WriteIds("uidMappings", _users.Users);
            WriteIds("gidMappings", _users.Groups);
        }
        if (IsInsecure)
        {
            WriteInsecureDevices();
        }
        else
        {
            WriteStrings("maskedPaths", [.. MaskedPaths, .. _host.ThermalThrottlePaths]);
            WriteStrings("readonlyPaths", ReadOnlyPaths);
        }
        if (_host.HasSeccomp && !IsInsecure)
        {
            _json.WritePropertyName("seccomp");
            SeccompProfile.Write(_json);
        }
        // runc lets only the usual devices be opened; which nodes can be is told by nodev.
        if (!_host.InUserNamespace && (IsInsecure || _request.Mounts.Any(static m => m is SandboxMount.Device)))
            WriteEveryDeviceAllowed();
        _json.WriteEndObject();
    }

    private void WriteNamespace(string type, string path)
    {
        _json.WriteStartObject();
        _json.WriteString("type", type);
        _json.WriteString("path", path);
        _json.WriteEndObject();
    }

    // runc asks for them even of a namespace that is there.
    private void WriteIds(string name, ImmutableArray<IdRange> ranges)
    {
        _json.WriteStartArray(name);
        foreach (IdRange range in ranges)
        {
            _json.WriteStartObject();
            _json.WriteNumber("containerID", range.First);
            _json.WriteNumber("hostID", range.First);
            _json.WriteNumber("size", range.Count);
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
    }

    // A runtime that does not know the annotation makes the filter of the profile.
    private void WriteAnnotations()
    {
        if (_host.SeccompFilter.IsEmpty || !_host.HasSeccomp || IsInsecure)
            return;
        _json.WriteStartObject("annotations");
        _json.WriteBase64String("run.oci.seccomp_bpf_data", _host.SeccompFilter.Span);
        _json.WriteEndObject();
    }

    // Inside a user namespace no devices can be made.
    private void WriteInsecureDevices()
    {
        if (_host.InUserNamespace)
            return;
        _json.WriteStartArray("devices");
        foreach ((string path, int major, int minor) in InsecureDevices)
            WriteDevice(path, "c", major, minor);
        for (int i = 0; i < _host.LoopDevices; i++)
            WriteDevice($"/dev/loop{i}", "b", LoopMajor, i);
        _json.WriteEndArray();
    }

    private void WriteDevice(string path, string type, int major, int minor)
    {
        _json.WriteStartObject();
        _json.WriteString("path", path);
        _json.WriteString("type", type);
        _json.WriteNumber("major", major);
        _json.WriteNumber("minor", minor);
        _json.WriteEndObject();
    }

    // runtime-spec v1.0.2, config-linux.md, "Allowed Device list".
    private void WriteEveryDeviceAllowed()
    {
        _json.WriteStartObject("resources");
        _json.WriteStartArray("devices");
        _json.WriteStartObject();
        _json.WriteBoolean("allow", true);
        _json.WriteString("access", "rwm");
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void WriteHooks()
    {
        ImmutableArray<SandboxHook> hooks = _request.Hooks;
        if (_host.RootGuardPath is { } mount && !IsInsecure)
            hooks = hooks.Insert(0, RootGuard(mount));
        if (hooks.IsEmpty)
            return;
        _json.WriteStartObject("hooks");
        foreach (IGrouping<string, SandboxHook> stage in hooks.GroupBy(static h => h.Stage, StringComparer.Ordinal))
        {
            _json.WriteStartArray(stage.Key);
            foreach (SandboxHook hook in stage)
                WriteHook(hook);
            _json.WriteEndArray();
        }
        _json.WriteEndObject();
    }

    private void WriteHook(SandboxHook hook)
    {
        _json.WriteStartObject();
        _json.WriteString("path", hook.Path);
        if (!hook.Arguments.IsEmpty)
            WriteStrings("args", hook.Arguments.AsSpan());
        if (!hook.Environment.IsEmpty)
            WriteStrings("env", hook.Environment.AsSpan());
        if (hook.Timeout is { } timeout)
            _json.WriteNumber("timeout", (long)timeout.TotalSeconds);
        _json.WriteEndObject();
    }

    // runtime-spec v1.0.2, config.md, "CreateContainer Hooks": in the container's mount namespace, before the root is entered.
    // The runtime writes the container's state to the hook's input, and crun takes a hook that ends without reading it for a failed one.
    private SandboxHook RootGuard(string mount)
    {
        const string ReadThenMount = "while read -r _; do :; done; exec \"$0\" -o remount,bind,nodev \"$1\"";
        return new SandboxHook("createContainer", "/bin/sh") { Arguments = ["sh", "-c", ReadThenMount, mount, _request.RootPath] };
    }

    private void WriteStrings(string name, ReadOnlySpan<string> values)
    {
        _json.WriteStartArray(name);
        foreach (string value in values)
            _json.WriteStringValue(value);
        _json.WriteEndArray();
    }
}
