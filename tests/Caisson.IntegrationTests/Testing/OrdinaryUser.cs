using System.Diagnostics;

namespace Caisson.IntegrationTests.Testing;

/// <summary>A user of the machine who is not root and has subordinate ids. It is made when it is not there, and kept.</summary>
internal static class OrdinaryUser
{
    private const string Name = "caisson-test";
    private static readonly SemaphoreSlim Making = new(1);

    /// <summary>Makes the shipped binary start as that user.</summary>
    /// <param name="start">How it is started by anyone.</param>
    /// <param name="home">A directory that becomes the user's, with a copy of the binary: the repository may be closed to others.</param>
    public static async Task<ProcessStartInfo> AsUserAsync(ProcessStartInfo start, string home)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to become an ordinary user");
        Tool.Require("newuidmap");
        await MakeAsync();
        string binary = Path.Combine(home, "caisson");
        File.Copy(start.FileName, binary);
        await Tool.RunAsync("chown", Name, home);
        ProcessStartInfo other = new(Tool.Require("setpriv"), ["--reuid", Name, "--regid", Name, "--init-groups", "--", binary, .. start.ArgumentList]);
        foreach ((string variable, string? value) in start.Environment)
            other.Environment[variable] = value;
        other.Environment["HOME"] = home;
        other.Environment["USER"] = Name;
        other.WorkingDirectory = start.WorkingDirectory;
        return other;
    }

    private static async Task MakeAsync()
    {
        await Making.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (!File.ReadLines("/etc/passwd").Any(static line => line.StartsWith(Name + ":", StringComparison.Ordinal)))
                await Tool.RunAsync("useradd", "--no-create-home", "--shell", "/bin/sh", Name);
            foreach ((string file, string option) in new[] { ("/etc/subuid", "--add-subuids"), ("/etc/subgid", "--add-subgids") })
            {
                if (!File.Exists(file) || !File.ReadLines(file).Any(static line => line.StartsWith(Name + ":", StringComparison.Ordinal)))
                    await Tool.RunAsync("usermod", option, "1000000-1065535", Name);
            }
        }
        finally
        {
            Making.Release();
        }
    }
}
