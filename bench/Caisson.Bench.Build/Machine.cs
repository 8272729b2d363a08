namespace Caisson.Bench.Build;

/// <summary>What this machine is.</summary>
internal static class Machine
{
    /// <summary>In one line.</summary>
    public static string Describe()
    {
        string processor = File.ReadLines("/proc/cpuinfo").First(static l => l.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim();
        long memoryKilobytes = long.Parse(File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
        string kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        return $"{Environment.ProcessorCount} × {processor}, {memoryKilobytes >> 20} GiB, Linux {kernel}, ext4 on a loop device of its own, as root";
    }

    /// <summary>Processor time that processes, and those that they started and waited for, have used, in seconds: what a daemon does for a build.</summary>
    public static double CpuSecondsOf(IEnumerable<int> processes)
    {
        double ticks = 0;
        foreach (int id in processes)
        {
            try
            {
                // proc(5): utime, stime, cutime and cstime are the 12th to 15th after the name.
                string[] fields = File.ReadAllText($"/proc/{id}/stat").Split(") ", 2)[1].Split(' ');
                ticks += fields.Skip(11).Take(4).Sum(static f => double.Parse(f, System.Globalization.CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                // It ended.
            }
        }
        return ticks / 100; // clock ticks a second
    }

    /// <summary>The most resident memory that a process has had; 0 when it has ended.</summary>
    public static long PeakBytesOf(int process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(static l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) << 10;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>A process and all that descend from it.</summary>
    public static List<int> TreeOf(int root)
    {
        List<int> tree = [root];
        for (int i = 0; i < tree.Count; i++)
        {
            string tasks = $"/proc/{tree[i]}/task";
            try
            {
                foreach (string task in Directory.GetDirectories(tasks))
                {
                    foreach (string child in File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                        tree.Add(int.Parse(child, System.Globalization.CultureInfo.InvariantCulture));
                }
            }
            catch (IOException)
            {
                // It ended.
            }
        }
        return tree;
    }
}
