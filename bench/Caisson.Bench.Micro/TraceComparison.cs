using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Caisson.Engine;
using Caisson.Engine.Exporting;
using Caisson.Linux.Files;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Bench.Micro;

/// <summary>
/// A program of Go's standard library compiled from nothing in the examples' base image (golang:1.19), every step done anew: as it is, and with the files watched that the
/// compiler opens, in turn, so that a noisy machine treats both alike. As root. The goal is 10 % more at most.
/// </summary>
/// <remarks>No benchmark of BenchmarkDotNet: that measures one after the other, and no processor time of other processes.</remarks>
internal static class TraceComparison
{
    private const int Rounds = 9;
    private const double TicksPerSecond = 100; // sysconf(_SC_CLK_TCK) on Linux
    private const double Goal = 1.10;

    private const string Dockerfile =
        """
        FROM golang:1.19 AS build
        ENV CGO_ENABLED=0 GO111MODULE=off GOCACHE=/tmp/go
        WORKDIR /src
        COPY main.go .
        RUN go build -trimpath -o /app .
        FROM scratch
        COPY --from=build /app /app
        """;

    private const string Program = "package main\n\nimport \"net/http\"\n\nfunc main() {\n\thttp.ListenAndServe(\":8080\", nil)\n}\n";

    /// <summary>Measures, and prints the medians; false when the goal is missed.</summary>
    public static async Task<bool> RunAsync()
    {
        // A store that is kept: the base takes minutes to make.
        string store = Environment.GetEnvironmentVariable("CAISSON_BENCH_STORE") ?? Path.GetFullPath(Path.Combine("artifacts", "bench-store"));
        ProcessStartInfo bases = new("examples/bases.sh", ["golang"]);
        bases.Environment["CAISSON_ROOT"] = store;
        using (Process made = Process.Start(bases) ?? throw new InvalidOperationException("examples/bases.sh did not start"))
            await made.WaitForExitAsync();
        string context = Directory.CreateTempSubdirectory("caisson-bench-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(context, "main.go"), Program);
            await File.WriteAllTextAsync(Path.Combine(context, "Dockerfile"), Dockerfile);
            BuildEngineOptions options = new() { StatePath = store, SearchPath = Environment.GetEnvironmentVariable("PATH") ?? "", Parallelism = Environment.ProcessorCount };
            await using BuildEngine engine = await BuildEngine.OpenAsync(options);
            return await CompareAsync(engine, context);
        }
        finally
        {
            DirectoryRemoval.Remove(context);
        }
    }

    private static async Task<bool> CompareAsync(BuildEngine engine, string context)
    {
        List<Sample> plain = [];
        List<Sample> watched = [];
        int opened = 0;
        for (int round = -1; round < Rounds; round++) // the first one warms up
        {
            Use use = new();
            Sample without = await MeasureAsync(engine, context, use: null);
            Sample with = await MeasureAsync(engine, context, use);
            opened = use.Opens is { IsComplete: true } opens ? opens.Opened.Count : throw new InvalidOperationException("something was missed");
            if (round < 0)
                continue;
            plain.Add(without);
            watched.Add(with);
        }
        double ratio = Median(watched, static s => s.ProcessorSeconds) / Median(plain, static s => s.ProcessorSeconds);
        Console.WriteLine(FormattableString.Invariant($"medians of {Rounds} builds each, in turn; {opened} files opened"));
        Console.WriteLine(FormattableString.Invariant($"plain    {Median(plain, static s => s.Seconds):0.00} s   processors {Median(plain, static s => s.ProcessorSeconds):0.00} s"));
        Console.WriteLine(FormattableString.Invariant($"watched  {Median(watched, static s => s.Seconds):0.00} s   processors {Median(watched, static s => s.ProcessorSeconds):0.00} s"));
        Console.WriteLine(FormattableString.Invariant($"watched / plain: {Median(watched, static s => s.Seconds) / Median(plain, static s => s.Seconds):0.000} of time, {ratio:0.000} of the processors"));
        return ratio <= Goal;
    }

    private static async Task<Sample> MeasureAsync(BuildEngine engine, string context, IFileUse? use)
    {
        double before = ProcessorSeconds();
        long start = Stopwatch.GetTimestamp();
        BuildRequest request = new() { Context = BuildContext.FromDirectory(context), DockerfilePath = Path.Combine(context, "Dockerfile"), UsesCache = false, FileUse = use, Exports = ImmutableArray<Export>.Empty };
        await using (Build build = engine.Start(request))
            await build.Completion;
        return new Sample(Stopwatch.GetElapsedTime(start).TotalSeconds, ProcessorSeconds() - before);
    }

    // proc_pid_stat(5): user and system time of this process, and of those that it, or one of those, has waited for.
    private static double ProcessorSeconds()
    {
        string stat = File.ReadAllText("/proc/self/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[11..15].Sum(static f => double.Parse(f, CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private static double Median(List<Sample> samples, Func<Sample, double> of) => samples.Select(of).Order().ElementAt(samples.Count / 2);

    private sealed record Sample(double Seconds, double ProcessorSeconds);

    private sealed class Use : IFileUse
    {
        public FileOpens? Opens { get; private set; }

        public void Ran(IFileTree before, IFileTree after, FileOpens opens) => Opens = opens;

        public void Took(IFileTree from, string path)
        {
        }

        public void Shipped(IEnumerable<string> files)
        {
        }
    }
}
