using Caisson.Linux.Files;
using Caisson.Linux.Sandbox;

namespace Caisson.Engine.Steps;

/// <summary>The files about names that every step sees: <c>/etc/resolv.conf</c> as the machine has it, and an <c>/etc/hosts</c> that is the same everywhere.</summary>
internal sealed class HostFiles
{
    /// <summary>The host name that steps see.</summary>
    public const string HostName = "caisson";

    private const string Hosts = "127.0.0.1\tlocalhost " + HostName + "\n::1\tlocalhost ip6-localhost ip6-loopback\n";

    private HostFiles(SandboxMount resolvConf, SandboxMount hosts) => Mounts = [resolvConf, hosts];

    /// <summary>The mounts that show them to a step.</summary>
    public IReadOnlyList<SandboxMount> Mounts { get; }

    /// <summary>Writes the files for a build.</summary>
    public static HostFiles Write(WorkArea work, string machineResolvConf)
    {
        string resolvConf = work.NewPath("resolv.conf");
        if (File.Exists(machineResolvConf))
            File.Copy(machineResolvConf, resolvConf);
        else
            File.WriteAllText(resolvConf, "");
        string hosts = work.NewPath("hosts");
        File.WriteAllText(hosts, Hosts);
        const UnixFileMode everyoneReads = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.SetUnixFileMode(resolvConf, everyoneReads);
        File.SetUnixFileMode(hosts, everyoneReads);
        return new HostFiles(
            new SandboxMount.Bind("/etc/resolv.conf", resolvConf, ReadOnly: true, IsDirectory: false),
            new SandboxMount.Bind("/etc/hosts", hosts, ReadOnly: true, IsDirectory: false));
    }
}
