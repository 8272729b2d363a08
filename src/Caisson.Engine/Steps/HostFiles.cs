using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Caisson.Linux.Files;
using Caisson.Linux.Sandbox;

namespace Caisson.Engine.Steps;

/// <summary>The files about names that every step sees: <c>/etc/resolv.conf</c> as the machine has it, and an <c>/etc/hosts</c> that is the same everywhere.</summary>
/// <param name="machineResolvConf">The machine's own <c>/etc/resolv.conf</c>; need not be there.</param>
internal sealed class HostFiles(string machineResolvConf)
{
    /// <summary>The host name that steps see that are given no other.</summary>
    public const string HostName = "caisson";

    private const UnixFileMode EveryoneReads = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    // RFC 5737, section 3: an address that is nobody's. What is asked there is seen, as nothing on a loopback is.
    private const string Nobody = "192.0.2.53";

    /// <summary>Writes the files for a step.</summary>
    /// <param name="work">Where they are for as long as it runs.</param>
    /// <param name="hostName">Its host name; null for the usual one.</param>
    /// <param name="extra">More names for its <c>/etc/hosts</c>.</param>
    /// <param name="hasGateway">Whether nobody answers what names stand for: the gateway is told names.</param>
    /// <returns>The mounts that show them to the step.</returns>
    public ImmutableArray<SandboxMount> Write(WorkPlace work, string? hostName, ImmutableArray<ExtraHost> extra, bool hasGateway)
    {
        StringBuilder hosts = new($"127.0.0.1\tlocalhost {hostName ?? HostName}\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        foreach (ExtraHost host in extra)
            hosts.Append(CultureInfo.InvariantCulture, $"{host.Address}\t{host.Name}\n");
        string resolvConf = hasGateway ? $"nameserver {Nobody}\noptions attempts:1 timeout:1\n" : File.Exists(machineResolvConf) ? File.ReadAllText(machineResolvConf) : "";
        return [Write(work.NewPath("resolv.conf"), "/etc/resolv.conf", resolvConf), Write(work.NewPath("hosts"), "/etc/hosts", hosts.ToString())];
    }

    private static SandboxMount.Bind Write(string path, string destination, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, EveryoneReads);
        return new SandboxMount.Bind(destination, path, ReadOnly: true, IsDirectory: false);
    }
}
