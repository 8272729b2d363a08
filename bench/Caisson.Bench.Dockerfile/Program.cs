using System.Globalization;
using Caisson.Bench.Dockerfile;

// The number of rounds, then what to measure: check, ignore, hostile, or hostile-all for every file and not only the slowest.
int rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 200;
string[] wanted = args.Length > 1 ? args[1..] : ["check", "ignore", "hostile"];
Console.WriteLine($"best and median of {rounds} rounds, {Environment.ProcessorCount} cores");
if (wanted.Contains("check"))
    CheckBenchmark.Run(rounds);
if (wanted.Contains("ignore"))
    IgnoreBenchmark.Run(Math.Max(3, rounds / 10));
if (wanted.Contains("hostile") || wanted.Contains("hostile-all"))
    HostileBenchmark.Run(Math.Max(2, rounds / 100), wanted.Contains("hostile-all"));
