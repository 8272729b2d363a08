using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using Caisson.Engine.Steps;
using Caisson.Linux.Snapshots;

namespace Caisson.Bench.Micro;

/// <summary>10,000 files in 100 directories are looked at, each with its status. The limit: find(1), which starts and prints as much of them.</summary>
public class WalkBenchmarks
{
    private readonly string _path = Directory.CreateTempSubdirectory("caisson-bench-").FullName;
    private MergedTree _tree = new([]);

    [GlobalSetup]
    public void SetUp()
    {
        for (int i = 0; i < 10_000; i++)
        {
            string directory = Path.Combine(_path, (i / 100).ToString(CultureInfo.InvariantCulture));
            Directory.CreateDirectory(directory);
            File.WriteAllText(Path.Combine(directory, i.ToString(CultureInfo.InvariantCulture)), "");
        }
        _tree = new MergedTree([new DirectoryTree(_path, OverlayMarks.Trusted)]);
    }

    [GlobalCleanup]
    public void CleanUp() => Directory.Delete(_path, recursive: true);

    [Benchmark(Baseline = true, Description = "find -printf")]
    public int Limit()
    {
        ProcessStartInfo start = new("find", [_path, "-printf", "%m %U %G %s %T@ %p\n"]) { RedirectStandardOutput = true };
        using Process find = Process.Start(start)!; // a new process, since no shell is used
        int length = find.StandardOutput.ReadToEnd().Length;
        find.WaitForExit();
        return length;
    }

    [Benchmark(Description = "ItemWalk")]
    public int Walk() => new ItemWalk(_tree, "", parallelism: 2, hasTimes: true).Entries(_tree.Find("")!, filter: null).Count(); // the root always exists
}
