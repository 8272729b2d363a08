using System.Diagnostics;

namespace Caisson.Engine.Tests.Testing;

/// <summary>A program of the machine that checks our work independently.</summary>
internal static class Tool
{
    /// <summary>Skips the test when the program is missing.</summary>
    public static void Require(string name) => Assert.SkipUnless(Find(name) is not null, $"{name} is not installed");

    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end; the test fails when the program does.</summary>
    public static async Task<string> RunAsync(string name, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{name} {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{await output}\n{await error}");
        return await output;
    }
}
