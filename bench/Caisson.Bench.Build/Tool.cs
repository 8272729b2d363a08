using System.Diagnostics;

namespace Caisson.Bench.Build;

/// <summary>Programs that are run beside what is measured.</summary>
internal static class Tool
{
    /// <summary>Runs a program and returns its output.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it said.</exception>
    public static async Task<string> RunAsync(params string[] command)
    {
        using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{string.Join(' ', command)} failed ({process.ExitCode}):\n{errors}");
    }

    /// <summary>Runs a line of shell.</summary>
    public static Task<string> ShellAsync(string line) => RunAsync("bash", "-euo", "pipefail", "-c", line);
}
