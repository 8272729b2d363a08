using System.Diagnostics;
using System.Globalization;
using System.Text;
using Caisson.Cli.Json;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;

namespace Caisson.Bench.Dockerfile;

/// <summary>Files made to take long, from their bytes to their findings and to the tree that <c>caisson parse --format json</c> writes.</summary>
internal static class HostileBenchmark
{
    private const int Shown = 10;

    private static readonly string[] Stages = ["parse", "bind", "evaluate", "check", "json"];

    /// <summary>Prints the files that take longest, by the best of some rounds; <paramref name="all"/> prints every one.</summary>
    public static void Run(int rounds, bool all)
    {
        (string Name, double[] Times)[] measured = [.. HostileDockerfiles.All().Select(f => (f.Name, Measure(Encoding.UTF8.GetBytes(f.Text), rounds)))];
        Console.WriteLine($"hostile Dockerfiles of {SourceText.MaxSize} bytes: the slowest of {measured.Length}, best of {rounds} rounds, in milliseconds");
        Print("", [.. Stages, "together"]);
        foreach ((string name, double[] times) in measured.OrderByDescending(static m => m.Times.Sum()).Take(all ? int.MaxValue : Shown))
            Print(name, [.. times.Append(times.Sum()).Select(static t => t.ToString("F0", CultureInfo.InvariantCulture))]);
    }

    private static void Print(string name, string[] columns) =>
        Console.WriteLine($"{name,-52} {string.Concat(columns.Select(static c => $"{c,9}"))}");

    private static double[] Measure(byte[] bytes, int rounds)
    {
        double[] best = [];
        for (int i = 0; i < rounds; i++)
        {
            double[] times = Measure(bytes);
            best = i == 0 || times.Sum() < best.Sum() ? times : best;
        }
        return best;
    }

    private static double[] Measure(byte[] bytes)
    {
        long begin = Stopwatch.GetTimestamp();
        ParsedDockerfile parsed = DockerfileParser.Parse(SourceText.FromBytes("Dockerfile", bytes));
        long isParsed = Stopwatch.GetTimestamp();
        BoundDockerfile bound = Binder.Bind(parsed.Document);
        long isBound = Stopwatch.GetTimestamp();
        Evaluate(bound);
        long isEvaluated = Stopwatch.GetTimestamp();
        Linter.Default.Run(bound);
        long isChecked = Stopwatch.GetTimestamp();
        SyntaxJson.Write(parsed);
        long[] marks = [begin, isParsed, isBound, isEvaluated, isChecked, Stopwatch.GetTimestamp()];
        return [.. marks.Skip(1).Select((mark, i) => Stopwatch.GetElapsedTime(marks[i], mark).TotalMilliseconds)];
    }

    // As a build does it that needs every stage.
    private static void Evaluate(BoundDockerfile bound)
    {
        long cost = 0;
        foreach (BoundStage stage in bound.Stages)
        {
            StageScope scope = bound.BeginScope(VariableSet.Empty, cost);
            foreach (BoundInstruction instruction in stage.Triggers.Concat(stage.Instructions))
                scope = scope.Evaluate(instruction).Scope;
            cost = scope.Cost;
        }
    }
}
