using System.Diagnostics;
using System.Text;

namespace Caisson.Linux.Tests.Testing;

/// <summary>Programs of the machine that make what tests look at, or look at what tests made.</summary>
internal static class Tool
{
    /// <summary>Runs a program that must succeed and returns what it printed.</summary>
    public static async Task<string> RunAsync(string name, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(Requires.Tool(name), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{name} {string.Join(' ', start.ArgumentList)}: exit code {process.ExitCode}: {error}");
        return await output;
    }

    /// <summary>Runs a script of the shell in a directory.</summary>
    public static Task<string> ShellAsync(string directory, string script) => RunAsync("sh", "-euc", $"cd '{directory}'; umask 022; {script}");
}
