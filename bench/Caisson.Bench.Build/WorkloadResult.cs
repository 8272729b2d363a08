using Caisson.Bench.Build.Peers;
using Caisson.Bench.Build.Workloads;

namespace Caisson.Bench.Build;

/// <summary>What was measured of a workload.</summary>
internal sealed class WorkloadResult(Workload workload)
{
    private readonly List<(Peer Peer, List<Sample> Samples)> _peers = [];

    /// <summary>The workload.</summary>
    public Workload Workload { get; } = workload;

    /// <summary>The runs of each builder.</summary>
    public IReadOnlyList<(Peer Peer, List<Sample> Samples)> Peers => _peers;

    /// <summary>The runs of what stands for the machine's limit.</summary>
    public List<Sample> Limit { get; } = [];

    /// <summary>The median of the fastest builder that is not Caisson, in seconds; NaN without one.</summary>
    public double FastestSeconds => _peers.Where(static p => !p.Peer.IsOwn).Select(static p => Median(p.Samples)).DefaultIfEmpty(double.NaN).Min();

    /// <summary>Adds a run.</summary>
    public void Add(Peer peer, Sample sample)
    {
        int i = _peers.FindIndex(p => p.Peer == peer);
        if (i < 0)
            _peers.Add((peer, [sample]));
        else
            _peers[i].Samples.Add(sample);
    }

    /// <summary>What one of Caisson's ways took and what it may take: as parts of the fastest other builder, or in seconds where no other was asked.</summary>
    public (double Taken, double Most) CompareOf(Peer peer, List<Sample> samples) => Workload.MostSeconds is { } seconds ? (Median(samples), seconds) : (Median(samples) / FastestSeconds, GoalOf(peer));

    /// <summary>The most that one of Caisson's ways may take, as a part of the fastest other builder.</summary>
    private double GoalOf(Peer peer) => peer.Name.Contains("runc", StringComparison.Ordinal) ? Workload.GoalWithRunc ?? Workload.Goal : Workload.Goal;

    /// <summary>The middle of the wall times, in seconds.</summary>
    public static double Median(List<Sample> samples) => samples.Select(static s => s.WallSeconds).Order().ElementAt(samples.Count / 2);
}
