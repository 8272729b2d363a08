using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Caisson.Linux.Files;
using Caisson.Linux.Sandbox;

namespace Caisson.Engine.Steps;

/// <summary>The files about names that every step sees: <c>/etc/resolv.conf</c> as the machine has it, and an <c>/etc/hosts</c> that is the same everywhere.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class HostFiles
{
    /// <summary>The host name that steps see that are given no other.</summary>
    public const string HostName = "caisson";

    private const UnixFileMode EveryoneReads = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    // RFC 5737, section 3: an address that is nobody's. What is asked there is seen, as nothing on a loopback is.
    private const string Nobody = "192.0.2.53";

    private readonly WorkArea _work;
    private readonly SandboxMount _resolvConf;
    private readonly Lazy<SandboxMount> _noResolvConf;
    private readonly ConcurrentDictionary<string, Lazy<SandboxMount.Bind>> _hosts = new(StringComparer.Ordinal);

    private HostFiles(WorkArea work, SandboxMount resolvConf)
    {
        _work = work;
        _resolvConf = resolvConf;
        _noResolvConf = new(() => WriteText("resolv.conf", "/etc/resolv.conf", $"nameserver {Nobody}\noptions attempts:1 timeout:1\n"));
    }

    /// <summary>Writes the files for a build.</summary>
    public static HostFiles Write(WorkArea work, string machineResolvConf)
    {
        string resolvConf = work.NewPath("resolv.conf");
        if (File.Exists(machineResolvConf))
            File.Copy(machineResolvConf, resolvConf);
        else
            File.WriteAllText(resolvConf, "");
        File.SetUnixFileMode(resolvConf, EveryoneReads);
        return new HostFiles(work, new SandboxMount.Bind("/etc/resolv.conf", resolvConf, ReadOnly: true, IsDirectory: false));
    }

    /// <summary>The mounts that show them to a step.</summary>
    /// <param name="hostName">Its host name; null for the usual one.</param>
    /// <param name="extra">More names for its <c>/etc/hosts</c>.</param>
    /// <param name="hasGateway">Whether nobody answers what names stand for: the gateway is told names.</param>
    public IReadOnlyList<SandboxMount> MountsFor(string? hostName, ImmutableArray<ExtraHost> extra, bool hasGateway)
    {
        StringBuilder hosts = new($"127.0.0.1\tlocalhost {hostName ?? HostName}\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        foreach (ExtraHost host in extra)
            hosts.Append(CultureInfo.InvariantCulture, $"{host.Address}\t{host.Name}\n");
        return [hasGateway ? _noResolvConf.Value : _resolvConf, _hosts.GetOrAdd(hosts.ToString(), text => new(() => WriteText("hosts", "/etc/hosts", text))).Value];
    }

    private SandboxMount.Bind WriteText(string name, string destination, string text)
    {
        string path = _work.NewPath(name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, EveryoneReads);
        return new SandboxMount.Bind(destination, path, ReadOnly: true, IsDirectory: false);
    }
}
