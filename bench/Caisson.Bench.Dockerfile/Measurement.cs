using System.Diagnostics;
using System.Globalization;

namespace Caisson.Bench.Dockerfile;

/// <summary>Runs something many times and prints how long it took.</summary>
internal static class Measurement
{
    // Long enough for the runtime to compile what runs often for the last time.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    /// <summary>Measures; <paramref name="run"/> returns a number that shows that the work was done.</summary>
    public static void Run(string name, int rounds, Func<long> run)
    {
        long result = 0;
        long begin = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begin) < WarmUp)
            result = run();
        List<double> times = [];
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            result = run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / rounds;
        double median = times.Order().ElementAt(times.Count / 2);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name,-52} {times.Min(),9:F3} ms best {median,9:F3} ms median {allocated / 1024,8} KiB {result,9}"));
    }
}
