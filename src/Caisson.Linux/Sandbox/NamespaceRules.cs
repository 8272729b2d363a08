namespace Caisson.Linux.Sandbox;

/// <summary>The settings of a machine that keep users from making user namespaces, and what to do about each.</summary>
internal static class NamespaceRules
{
    /// <summary>What a container's runtime forbids by default: the system calls (seccomp), mounts (AppArmor), and a new /proc, for it covers parts of its own.</summary>
    public const string ContainerCure =
        "in a container: start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined (podman: unmask=ALL for the last)";

    private const string LimitFile = "/proc/sys/user/max_user_namespaces";

    // The file, the value that forbids, and the setting that allows.
    private static readonly (string File, string Forbids, string Cure)[] Settings =
    [
        (LimitFile, "0", "as root: sysctl user.max_user_namespaces=10000"),
        ("/proc/sys/kernel/unprivileged_userns_clone", "0", "as root: sysctl kernel.unprivileged_userns_clone=1"),
        ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "as root: sysctl kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile for caisson that allows userns"),
    ];

    /// <summary>What to do when a user namespace cannot be made.</summary>
    /// <param name="said">What the attempt said.</param>
    public static string CureOf(string said)
    {
        foreach ((string file, string forbids, string cure) in Settings)
        {
            if (ReadSetting(file) == forbids)
                return cure;
        }
        // ENOSPC: a limit somewhere above this namespace, which cannot be read from here.
        return said.Contains("No space left", StringComparison.Ordinal) ? "as root of the machine: sysctl user.max_user_namespaces=10000"
            : said.Contains("newuidmap", StringComparison.Ordinal) || said.Contains("newgidmap", StringComparison.Ordinal)
                ? "check that newuidmap and newgidmap may set ids (apt-get install --reinstall uidmap), and the ranges in /etc/subuid and /etc/subgid"
            : ContainerCure;
    }

    private static string? ReadSetting(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // not every kernel has every setting
        }
    }
}
