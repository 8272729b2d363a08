using System.Diagnostics;

namespace Caisson.Conformance.Testing;

/// <summary>Programs of the machine.</summary>
internal static class Tool
{
    private static readonly string[] AdministratorsPath = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

    /// <summary>The path of a program; null where it is missing.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':').Concat(AdministratorsPath)
        .Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    /// <summary>The path of a program; skips the test where it is missing.</summary>
    public static string Require(string name)
    {
        string? path = Find(name);
        Assert.SkipUnless(path is not null, $"{name} is not installed");
        return path!;
    }

    /// <summary>Runs a program to its end; what it prints and says comes together.</summary>
    /// <param name="input">A file for its standard input; null for none.</param>
    public static async Task<(int ExitCode, string Text)> RunAsync(ProcessStartInfo start, CancellationToken ct, string? input = null)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(ct);
            Task<string> error = process.StandardError.ReadToEndAsync(ct);
            await GiveAsync(process, input, ct);
            await process.WaitForExitAsync(ct);
            return (process.ExitCode, await output + await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Runs a program that must succeed and returns what it printed.</summary>
    public static async Task<string> SucceedAsync(ProcessStartInfo start, CancellationToken ct)
    {
        (int exitCode, string text) = await RunAsync(start, ct);
        Assert.True(exitCode == 0, $"{start.FileName} {string.Join(' ', start.ArgumentList)}: exit code {exitCode}\n{text}");
        return text;
    }

    // A program may end without having read all.
    private static async Task GiveAsync(Process process, string? input, CancellationToken ct)
    {
        try
        {
            if (input is not null)
            {
                await using FileStream file = File.OpenRead(input);
                await file.CopyToAsync(process.StandardInput.BaseStream, ct);
            }
            process.StandardInput.Close();
        }
        catch (IOException)
        {
        }
    }
}
