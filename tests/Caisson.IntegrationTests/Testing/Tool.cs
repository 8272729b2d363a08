using System.Diagnostics;

namespace Caisson.IntegrationTests.Testing;

/// <summary>Programs of the machine.</summary>
internal static class Tool
{
    // More than any program takes on a busy machine, and less than the suite may.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(10);

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
        CancellationToken ct = TestContext.Current.CancellationToken;
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(ct);
        late.CancelAfter(Patience);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        string command = $"{Path.GetFileName(start.FileName)} {string.Join(' ', start.ArgumentList)}";
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        process.StandardInput.Close();
        Task<string[]> reading = Task.WhenAll(process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        try
        {
            await process.WaitForExitAsync(late.Token);
            string[] said = await reading.WaitAsync(late.Token);
            return new Outcome(command, process.ExitCode, said[0], said[1]);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{command} stood still for {Patience} after it had said:\n{string.Join('\n', await reading.WaitAsync(LastWords, ct))}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
