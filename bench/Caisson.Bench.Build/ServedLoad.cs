using System.Globalization;
using Caisson.Bench.Build.Peers;
using Caisson.Bench.Build.Workloads;

namespace Caisson.Bench.Build;

/// <summary>What a daemon of its own costs: memory with one client and with many at once, and time while there is none.</summary>
/// <param name="PeakOfOneBytes">The largest resident memory of the daemon, without what it starts, after one client's build.</param>
/// <param name="PeakOfManyBytes">The same after <see cref="Clients"/> builds at once.</param>
/// <param name="IdleCpuSeconds">User and system time of the daemon with what it started, in a minute after them.</param>
internal sealed record ServedLoad(long PeakOfOneBytes, long PeakOfManyBytes, double IdleCpuSeconds)
{
    /// <summary>Its name among the workloads.</summary>
    public const string Name = "served load";

    /// <summary>How many clients there are at once.</summary>
    public const int Clients = 50;

    // For what is still compiled of the code that was busiest.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    private const string Steps = "FROM " + Inputs.Base + "\nCOPY tree /tree\nARG CLIENT\nRUN echo $CLIENT > /client\n";

    /// <summary>Measures it. Every client sends the same 1000 files and has a step of its own.</summary>
    /// <param name="program">The shipped command.</param>
    /// <param name="directory">For all that is written.</param>
    /// <param name="layout">Where the base image is.</param>
    /// <param name="docker">The engine whose client is used.</param>
    /// <exception cref="InvalidOperationException">A client failed.</exception>
    public static async Task<ServedLoad> MeasureAsync(string program, string directory, string layout, DockerEngine docker)
    {
        string context = Directory.CreateDirectory(Path.Combine(directory, "context")).FullName;
        await File.WriteAllTextAsync(Path.Combine(context, "Dockerfile"), Steps);
        await Tool.ShellAsync($"mkdir {context}/tree; for i in {{1..1000}}; do head -c 4096 /dev/urandom > {context}/tree/$i; done");
        await using ServedCaisson served = await ServedCaisson.StartAsync(program, Path.Combine(directory, "daemon"), docker);
        await new ServedPeer(served).LoadAsync(layout, Inputs.Base);
        await BuildAsync(served, context, 0);
        long one = served.PeakBytes;
        await Task.WhenAll(Enumerable.Range(1, Clients).Select(client => BuildAsync(served, context, client)));
        long many = served.PeakBytes;
        await Task.Delay(Settling);
        double before = Machine.CpuSecondsOf(served.Processes());
        await Task.Delay(TimeSpan.FromMinutes(1));
        return new ServedLoad(one, many, Machine.CpuSecondsOf(served.Processes()) - before);
    }

    private static async Task BuildAsync(ServedCaisson served, string context, int client) =>
        await Tool.RunAsync([.. served.Command, "buildx", "build", "--quiet", "--network", "host", "--build-arg", string.Create(CultureInfo.InvariantCulture, $"CLIENT={client}"), context]);
}
