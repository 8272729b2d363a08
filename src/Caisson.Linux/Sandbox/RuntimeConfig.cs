using System.Buffers;
using System.Text.Json;

namespace Caisson.Linux.Sandbox;

/// <summary>
/// Writes the <c>config.json</c> of a container: what Docker gives a container by default, so that a Dockerfile runs here as it does there.
/// </summary>
/// <remarks>
/// <para>runtime-spec v1.0.2, config.md and config-linux.md.</para>
/// <para>One thing is done by other means. Docker keeps a container's root from opening the host's devices through nodes of its own making with
/// the devices cgroup, which not every host lets us use. Here every writable mount of a container is <c>nodev</c>, and the devices that it may
/// use are bind mounts of the host's. A runtime that forgets the flag of the root's mount is made to set it again by a hook.</para>
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

    private readonly SandboxRequest _request;
    private readonly HostTraits _host;
    private readonly Utf8JsonWriter _json;

    private RuntimeConfig(SandboxRequest request, HostTraits host, Utf8JsonWriter json)
    {
        _request = request;
        _host = host;
        _json = json;
    }

    /// <summary>The file's content.</summary>
    public static ReadOnlyMemory<byte> Write(SandboxRequest request, HostTraits host)
    {
        ArrayBufferWriter<byte> buffer = new(16 << 10);
        using (Utf8JsonWriter json = new(buffer))
            new RuntimeConfig(request, host, json).WriteAll();
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
        if (_host.RootGuardPath is { } mount)
            WriteRootGuard(mount);
        _json.WriteEndObject();
    }

    private void WriteProcess()
    {
        _json.WriteStartObject("process");
        _json.WriteBoolean("terminal", false);
        _json.WriteBoolean("noNewPrivileges", false);
        _json.WriteStartObject("user");
        _json.WriteNumber("uid", _request.User.Uid);
        _json.WriteNumber("gid", _request.User.Gid);
        _json.WriteStartArray("additionalGids");
        // Its own group too: a set-group-id program would lose it otherwise, and with it what is denied to the group (CVE-2022-36109).
        foreach (uint gid in _request.User.AdditionalGids.Append(_request.User.Gid).Distinct().Order())
            _json.WriteNumberValue(gid);
        _json.WriteEndArray();
        _json.WriteEndObject();
        WriteStrings("args", _request.Arguments.AsSpan());
        bool hasHome = _request.Environment.Any(static v => v.StartsWith(HomeVariable, StringComparison.Ordinal));
        WriteStrings("env", hasHome ? _request.Environment.AsSpan() : [.. _request.Environment, HomeVariable + _request.User.Home]);
        _json.WriteString("cwd", _request.WorkingDirectory);
        _json.WriteStartObject("capabilities");
        foreach (string set in (string[])["bounding", "effective", "permitted"])
            WriteStrings(set, Capabilities);
        _json.WriteEndObject();
        _json.WriteStartArray("rlimits");
        _json.WriteStartObject();
        _json.WriteString("type", "RLIMIT_NOFILE");
        _json.WriteNumber("hard", Math.Min(HardOpenFiles, _host.OpenFilesHardLimit));
        _json.WriteNumber("soft", Math.Min(SoftOpenFiles, _host.OpenFilesHardLimit));
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void WriteMounts()
    {
        _json.WriteStartArray("mounts");
        WriteMount("/proc", "proc", "proc", "nosuid", "noexec", "nodev");
        WriteMount("/dev", "tmpfs", "tmpfs", "nosuid", "nodev", "strictatime", "mode=755", "size=65536k");
        WriteMount("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5");
        WriteMount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k");
        WriteMount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
        // A user namespace may mount sysfs only together with a network namespace of its own.
        if (_host.InUserNamespace && _request.Network == SandboxNetwork.Host)
            WriteMount("/sys", "bind", "/sys", "rbind", "nosuid", "noexec", "nodev", "ro");
        else
            WriteMount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro");
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
            case SandboxMount.Tmpfs tmpfs:
                string[] size = tmpfs.SizeBytes is { } bytes ? [$"size={bytes}"] : [];
                WriteMount(tmpfs.Destination, "tmpfs", "tmpfs", ["nosuid", "nodev", "mode=1777", .. size]);
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
        _json.WriteEndArray();
        WriteStrings("maskedPaths", [.. MaskedPaths, .. _host.ThermalThrottlePaths]);
        WriteStrings("readonlyPaths", ReadOnlyPaths);
        if (_host.HasSeccomp)
        {
            _json.WritePropertyName("seccomp");
            SeccompProfile.Write(_json);
        }
        _json.WriteEndObject();
    }

    // runtime-spec v1.0.2, config.md, "CreateContainer Hooks": in the container's mount namespace, before the root is entered.
    // The runtime writes the container's state to the hook's input, and crun takes a hook that ends without reading it for a failed one.
    private void WriteRootGuard(string mount)
    {
        const string ReadThenMount = "while read -r _; do :; done; exec \"$0\" -o remount,bind,nodev \"$1\"";
        _json.WriteStartObject("hooks");
        _json.WriteStartArray("createContainer");
        _json.WriteStartObject();
        _json.WriteString("path", "/bin/sh");
        WriteStrings("args", ["sh", "-c", ReadThenMount, mount, _request.RootPath]);
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void WriteStrings(string name, ReadOnlySpan<string> values)
    {
        _json.WriteStartArray(name);
        foreach (string value in values)
            _json.WriteStringValue(value);
        _json.WriteEndArray();
    }
}
