using System.Diagnostics;
using System.Globalization;

namespace Caisson.Bench.Tar;

/// <summary>Several ways to do something, run in turn in every round, so that a noisy machine treats them alike.</summary>
internal sealed class Measurement(string title, double megabytes)
{
    private const int WarmUpRounds = 2;

    private readonly List<(string Name, Func<Task<long>> Run, List<double> Wall, List<double> Cpu)> _ways = [];

    /// <summary>Adds a way; it returns the bytes that came out.</summary>
    public Measurement Add(string name, Func<Task<long>> run)
    {
        _ways.Add((name, run, [], []));
        return this;
    }

    /// <summary>Runs all ways and prints a table. The first way is what the others are compared with.</summary>
    public async Task RunAsync(int rounds)
    {
        long[] sizes = new long[_ways.Count];
        for (int round = -WarmUpRounds; round < rounds; round++)
        {
            for (int i = 0; i < _ways.Count; i++)
            {
                TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
                long start = Stopwatch.GetTimestamp();
                sizes[i] = await _ways[i].Run();
                if (round < 0)
                    continue;
                _ways[i].Wall.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
                _ways[i].Cpu.Add((Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds);
            }
        }
        Print(sizes);
    }

    private void Print(long[] sizes)
    {
        Console.WriteLine();
        Console.WriteLine($"{title,-34} {"MB/s best",10} {"median",8} {"per CPU s",10} {"speed",7} {"out/in",8} {"out",7}");
        for (int i = 0; i < _ways.Count; i++)
        {
            (string name, _, List<double> wall, List<double> cpu) = _ways[i];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-34} {megabytes / wall.Min(),10:F1} {megabytes / Median(wall),8:F1} {megabytes / Math.Max(cpu.Min(), 1e-3),10:F1} {Median(_ways[0].Wall) / Median(wall),7:F2} {sizes[i] / megabytes / 1e6,8:F4} {(double)sizes[i] / sizes[0],7:F4}"));
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
