using Caisson.Bench.Tar;

if (args.Length is 0 or > 2)
{
    Console.Error.WriteLine("usage: Caisson.Bench.Tar ARCHIVE.tar [ROUNDS]");
    return 2;
}
byte[] archive = await File.ReadAllBytesAsync(args[0]);
int rounds = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 5;
Console.WriteLine($"{args[0]}: {archive.Length / 1e6:F1} MB, best and median of {rounds} rounds, {Environment.ProcessorCount} cores");
await GzipBenchmark.RunAsync(archive, rounds);
await TarBenchmark.RunAsync(archive, rounds);
return 0;
