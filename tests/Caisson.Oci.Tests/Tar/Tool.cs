using System.Diagnostics;

namespace Caisson.Oci.Tests.Tar;

/// <summary>Programs of the machine that tests compare with.</summary>
internal static class Tool
{
    /// <summary>Runs a program that must succeed and returns what it printed; skips the test when it is not installed.</summary>
    public static async Task<byte[]> RunAsync(string name, IEnumerable<string> arguments, byte[] input, CancellationToken ct, string? folder = null, string? setting = null)
    {
        string? path = Path.IsPathRooted(name) ? name : Find(name);
        Assert.SkipUnless(path is not null, $"{name} is not installed");
        ProcessStartInfo start = new(path!, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TZ"] = "UTC";
        start.Environment["GO111MODULE"] = "off";
        start.Environment["GOFLAGS"] = "";
        if (setting?.Split('=') is [string variable, string value])
            start.Environment[variable] = value;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException(name);
        MemoryStream output = new();
        Task reading = process.StandardOutput.BaseStream.CopyToAsync(output, ct);
        Task<string> errors = process.StandardError.ReadToEndAsync(ct);
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, ct);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program did not read everything; its exit code tells whether that was right.
        }
        await Task.WhenAll(reading, errors, process.WaitForExitAsync(ct));
        Assert.True(process.ExitCode == 0, $"{name} {string.Join(' ', start.ArgumentList)}: exit {process.ExitCode}: {await errors}");
        return output.ToArray();
    }

    private static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
