using System.Globalization;
using Caisson.Bench.Dockerfile;

int rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 200;
Console.WriteLine($"best and median of {rounds} rounds, {Environment.ProcessorCount} cores");
CheckBenchmark.Run(rounds);
IgnoreBenchmark.Run(Math.Max(3, rounds / 10));
