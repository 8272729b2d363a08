using System.Diagnostics;

namespace Caisson.Cli.Tests.Testing;

/// <summary>The shipped command, as users run it.</summary>
internal static class Shipped
{
    /// <summary>The directory that holds it.</summary>
    public static string Directory { get; } = Repository.At("artifacts");

    /// <summary>Fails when it has not been made yet.</summary>
    public static void Require() => Assert.True(File.Exists(Path.Combine(Directory, "caisson")), "there is no artifacts/caisson: ./build.sh makes it");

    /// <summary>The home of who works in a directory: beside it.</summary>
    public static string HomeOf(string directory) => System.IO.Directory.CreateDirectory(directory + ".home").FullName;

    /// <summary>Runs it in a directory, with a store there.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(string directory, params string[] arguments) =>
        ShellAsync(directory, "exec caisson \"$@\"", arguments);

    /// <summary>Runs a script that finds the command on its PATH. What it wrote to its standard output and to its standard error comes back in one.</summary>
    public static async Task<(int ExitCode, string Output)> ShellAsync(string directory, string script, params string[] arguments)
    {
        string home = HomeOf(directory);
        string output = Path.Combine(home, "output");
        // A file and no pipe: whatever a script leaves in the background must not hold up its end.
        ProcessStartInfo start = new("/bin/bash", ["-c", "exec bash -euo pipefail -c \"$1\" \"${@:3}\" > \"$2\" 2>&1 < /dev/null", "bash", script, output, "bash", .. arguments])
        {
            WorkingDirectory = directory,
        };
        SetEnvironment(start, home);
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken));
    }

    /// <summary>Sets what a program finds in its environment: its home, the store in it, the command and the programs of Docker in its home, if any, on its PATH.</summary>
    public static void SetEnvironment(ProcessStartInfo start, string home)
    {
        Require();
        start.Environment.Clear();
        start.Environment["PATH"] = $"{Directory}:{Path.Combine(home, "bin")}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["HOME"] = home;
        start.Environment["CAISSON_ROOT"] = Path.Combine(home, "store");
        start.Environment["LANG"] = "C.UTF-8";
    }
}
