using System.Diagnostics;

namespace Caisson.IntegrationTests.Testing;

/// <summary>Programs of the machine.</summary>
internal static class Tool
{
    // More than any program takes on a busy machine, and less than the suite may.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(12);

    private const string AdministratorsPath = ":/usr/local/sbin:/usr/sbin:/sbin";

    /// <summary>The path of a program; skips the test where it is missing.</summary>
    public static string Require(string name, params IEnumerable<string> otherDirectories)
    {
        string? path = Find(name, otherDirectories);
        Assert.SkipUnless(path is not null, $"{name} is not installed");
        return path!;
    }

    /// <summary>The path of a program; null where it is missing.</summary>
    public static string? Find(string name, params IEnumerable<string> otherDirectories) =>
        ((Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin") + AdministratorsPath).Split(':').Concat(otherDirectories)
            .Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs a program that must succeed and returns what it printed.</summary>
    public static async Task<string> RunAsync(string name, params IEnumerable<string> arguments) =>
        (await CaptureAsync(new ProcessStartInfo(Require(name), arguments))).Succeeded();

    /// <summary>Runs a script of the shell in a directory; it must succeed.</summary>
    public static async Task<string> ShellAsync(string directory, string script) =>
        (await CaptureAsync(new ProcessStartInfo("sh", ["-euc", "umask 022; " + script]) { WorkingDirectory = directory })).Succeeded();

    /// <summary>Runs a program to its end. One that stands still is ended, so that its test fails and not the whole suite.</summary>
    public static async Task<Outcome> CaptureAsync(ProcessStartInfo start)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(Patience);
        CancellationToken ct = late.Token;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        try
        {
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(ct);
            string error = await process.StandardError.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return new Outcome($"{Path.GetFileName(start.FileName)} {string.Join(' ', start.ArgumentList)}", process.ExitCode, await output, error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.False(late.IsCancellationRequested && !TestContext.Current.CancellationToken.IsCancellationRequested, $"{start.FileName} {string.Join(' ', start.ArgumentList)} stood still for {Patience}");
            throw;
        }
    }
}
