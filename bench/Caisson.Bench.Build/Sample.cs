using System.Collections.Immutable;
using System.Diagnostics;

namespace Caisson.Bench.Build;

/// <summary>One measured run.</summary>
/// <param name="WallSeconds">From start to end.</param>
/// <param name="CpuSeconds">User and system time of the command with what it started, and of the daemon that worked for it.</param>
/// <param name="PeakBytes">The largest resident memory of the command itself, without what it started.</param>
internal sealed record Sample(double WallSeconds, double CpuSeconds, long PeakBytes)
{
    /// <summary>Runs a command to its end.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="daemons">Processes that work for it.</param>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<Sample> TakeAsync(ImmutableArray<string> command, IReadOnlyList<int> daemons)
    {
        ProcessStartInfo start = new(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        double daemonBefore = Machine.CpuSecondsOf(daemons);
        double childrenBefore = ChildrenCpuSeconds();
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource ended = new();
        Task<long> peak = Task.Run(() => WatchMemory(process.Id, ended.Token));
        await process.WaitForExitAsync();
        double wall = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        await ended.CancelAsync();
        double cpu = ChildrenCpuSeconds() - childrenBefore + Machine.CpuSecondsOf(daemons) - daemonBefore;
        await output;
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} failed ({process.ExitCode}):\n{await errors}");
        return new Sample(wall, cpu, await peak);
    }

    // What has ended and was waited for counts as this process's children.
    private static double ChildrenCpuSeconds()
    {
        string[] fields = File.ReadAllText("/proc/self/stat").Split(") ", 2)[1].Split(' ');
        return (double.Parse(fields[13], System.Globalization.CultureInfo.InvariantCulture) + double.Parse(fields[14], System.Globalization.CultureInfo.InvariantCulture)) / 100;
    }

    // The high-water mark only grows, so the last look is nearly that of the end.
    private static long WatchMemory(int id, CancellationToken ended)
    {
        long peak = 0;
        do
        {
            peak = Math.Max(peak, Machine.PeakBytesOf(id));
        }
        while (!ended.WaitHandle.WaitOne(25)); // seldom, so as not to disturb
        return peak;
    }
}
