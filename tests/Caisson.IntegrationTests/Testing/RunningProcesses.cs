using System.Diagnostics;

namespace Caisson.IntegrationTests.Testing;

/// <summary>The processes of the machine.</summary>
internal static class RunningProcesses
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The command line of a process that has a text in it; null when there is none.</summary>
    public static string? With(string text)
    {
        foreach (string directory in Directory.GetDirectories("/proc"))
        {
            try
            {
                if (Path.GetFileName(directory).All(char.IsAsciiDigit) && File.ReadAllText(Path.Combine(directory, "cmdline")) is { } command && command.Contains(text, StringComparison.Ordinal))
                    return command.Replace('\0', ' ');
            }
            catch (IOException)
            {
                // It ended while it was looked at.
            }
        }
        return null;
    }

    /// <summary>Waits until a process has a text in its command line. What a step says may be read before its last program has begun.</summary>
    public static Task BegunAsync(string text) => UntilAsync(() => With(text) is not null, () => $"does not run: {text}");

    /// <summary>Waits until no process has a text in its command line. The kernel ends what a killed build had started; that takes a moment.</summary>
    public static Task GoneAsync(string text) => UntilAsync(() => With(text) is null, () => $"still running: {With(text)}");

    private static async Task UntilAsync(Func<bool> reached, Func<string> otherwise)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        long start = Stopwatch.GetTimestamp();
        while (!reached())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                Assert.Fail(otherwise());
            await Task.Delay(20, ct);
        }
    }
}
