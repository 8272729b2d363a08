using System.Diagnostics;

namespace Caisson.IntegrationTests.Testing;

/// <summary>A user of the machine who is not root and has subordinate ids. It is made when it is not there, and kept.</summary>
internal static class OrdinaryUser
{
    private const string Name = "caisson-test";
    private static readonly SemaphoreSlim Making = new(1);

    /// <summary>Makes a process start as that user, in a directory that the user can write to.</summary>
    public static async Task<ProcessStartInfo> AsUserAsync(ProcessStartInfo start, string home)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to become an ordinary user");
        Tool.Require("newuidmap");
        await MakeAsync();
        await Tool.RunAsync("chown", Name, home);
        OpenWayTo(home);
        OpenWayTo(Repository.Binary);
        ProcessStartInfo other = new(Tool.Require("setpriv"), ["--reuid", Name, "--regid", Name, "--init-groups", "--", start.FileName, .. start.ArgumentList]);
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

    private static void OpenWayTo(string path)
    {
        for (DirectoryInfo? directory = Directory.GetParent(path); directory is not null; directory = directory.Parent)
            Assert.SkipUnless(directory.UnixFileMode.HasFlag(UnixFileMode.OtherExecute), $"other users cannot reach {directory.FullName}");
    }
}
