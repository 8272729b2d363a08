using Caisson.Bench.Build;

// Usage: bench/run.sh [--runs N] [--only WORDS] [--json FILE] [--buildctl ADDRESS] [--no-docker] [--served]
if (BenchOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(BenchOptions.Usage);
    return 64;
}
return await new Bench(options).RunAsync() ? 0 : 1;
