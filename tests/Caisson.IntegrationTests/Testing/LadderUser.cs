using System.Diagnostics;

namespace Caisson.IntegrationTests.Testing;

/// <summary>A user of the machine who has no subordinate ids, not even a name, and what a container's or an administrator's settings leave to such a user.</summary>
internal static class LadderUser
{
    private const string Id = "54321";

    // In a user namespace of the user's own, in which no other can be made: the kernel's own refusal, for this process and its children only.
    private const string ForbidNamespaces = "echo 0 > /proc/sys/user/max_user_namespaces; exec \"$@\"";

    /// <summary>Makes the shipped binary start as that user.</summary>
    /// <param name="start">How it is started by anyone.</param>
    /// <param name="home">A directory that becomes the user's, with a copy of the binary.</param>
    public static Task<ProcessStartInfo> WithoutIdsAsync(ProcessStartInfo start, string home) => AsAsync(start, home);

    /// <summary>The same where no user namespace can be made.</summary>
    public static Task<ProcessStartInfo> WithoutNamespacesAsync(ProcessStartInfo start, string home) =>
        AsAsync(start, home, Tool.Require("unshare"), "--user", "--map-current-user", "--keep-caps", "sh", "-c", ForbidNamespaces, "sh", Tool.Require("setpriv"), "--inh-caps=-all", "--ambient-caps=-all", "--");

    /// <summary>The same as a root who may do nothing: that of a container that was started without rights.</summary>
    public static Task<ProcessStartInfo> AsRootWithoutRightsAsync(ProcessStartInfo start, string home) =>
        AsAsync(start, home, Tool.Require("unshare"), "--user", "--map-root-user", "sh", "-c", ForbidNamespaces, "sh", Tool.Require("setpriv"), "--bounding-set=-all", "--inh-caps=-all", "--");

    private static async Task<ProcessStartInfo> AsAsync(ProcessStartInfo start, string home, params string[] under)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to become another user");
        Assert.SkipUnless(await File.ReadAllTextAsync("/proc/sys/user/max_user_namespaces", TestContext.Current.CancellationToken) != "0\n", "needs user namespaces");
        string binary = Path.Combine(home, "caisson");
        if (!File.Exists(binary))
            File.Copy(start.FileName, binary);
        await Tool.RunAsync("chown", Id, home);
        ProcessStartInfo other = new(Tool.Require("setpriv"), ["--reuid", Id, "--regid", Id, "--clear-groups", "--", .. under, binary, .. start.ArgumentList]);
        foreach ((string variable, string? value) in start.Environment)
            other.Environment[variable] = value;
        other.Environment["HOME"] = home;
        other.Environment.Remove("USER");
        other.WorkingDirectory = start.WorkingDirectory;
        return other;
    }
}
