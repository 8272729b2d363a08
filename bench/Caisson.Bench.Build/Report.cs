using System.Globalization;
using System.Text.Json;
using Caisson.Bench.Build.Peers;

namespace Caisson.Bench.Build;

/// <summary>All that was measured, as a table and as JSON.</summary>
internal sealed class Report(string machine)
{
    private const double MaxPeakBytes = 200e6;

    private readonly List<WorkloadResult> _results = [];

    /// <summary>The versions of the builders.</summary>
    public Dictionary<string, string> Versions { get; } = [];

    /// <summary>What a daemon costs; null when that was not measured.</summary>
    public ServedLoad? Load { get; set; }

    /// <summary>Whether all that was asked for was measured.</summary>
    public bool IsComplete { get; set; } = true;

    /// <summary>Whether Caisson is as fast and as small everywhere as it has to be.</summary>
    public bool MeetsGoals => IsComplete && _results.All(static r => r.Peers.Where(static p => p.Peer.IsOwn).All(p => MeetsGoal(r, p.Peer, p.Samples)));

    /// <summary>Adds a workload.</summary>
    public void Add(WorkloadResult result) => _results.Add(result);

    /// <summary>Prints Markdown.</summary>
    public void Print(TextWriter output)
    {
        output.WriteLine("| workload | builder | median s | min | max | CPU s | peak MB | of the fastest | at most |");
        output.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (WorkloadResult result in _results)
        {
            foreach ((Peer peer, List<Sample> samples) in result.Peers)
            {
                string compared = peer.IsOwn ? Compared(result, peer, samples) : " | ";
                output.WriteLine($"| {result.Workload.Name} | {peer.Name} | {Numbers(samples)} | {compared} |");
            }
            if (result.Limit.Count > 0)
                output.WriteLine($"| | *{result.Workload.LimitName}* | {Numbers(result.Limit)} | | |");
        }
        output.WriteLine();
        if (Load is { } load)
            output.WriteLine(Format($"caisson serve: peak of {load.PeakOfOneBytes / 1e6:F0} MB with 1 client, of {load.PeakOfManyBytes / 1e6:F0} MB with {ServedLoad.Clients} at once; {load.IdleCpuSeconds:F2} s of CPU in a minute without any.\n"));
        output.WriteLine($"On {machine}. {string.Join(", ", Versions.Select(static v => $"{v.Key}: {v.Value}"))}. CPU: user and system time of the command and its children, and of the daemon where there is one. Peak: resident memory of the command itself.");
    }

    /// <summary>All runs.</summary>
    public byte[] ToJson()
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("machine", machine);
            json.WriteStartObject("versions");
            foreach ((string name, string version) in Versions)
                json.WriteString(name, version);
            json.WriteEndObject();
            json.WriteStartArray("workloads");
            foreach (WorkloadResult result in _results)
                Write(json, result);
            json.WriteEndArray();
            if (Load is { } load)
                Write(json, load);
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    private static bool MeetsGoal(WorkloadResult result, Peer peer, List<Sample> samples)
    {
        (double taken, double most) = result.CompareOf(peer, samples);
        return !(taken > most) && PeakOf(samples) < MaxPeakBytes; // without any other builder there is nothing to compare with
    }

    private static string Compared(WorkloadResult result, Peer peer, List<Sample> samples)
    {
        (double taken, double most) = result.CompareOf(peer, samples);
        return result.Workload.MostSeconds is null ? Format($"{taken:F2} × | {most:F2} ×") : double.IsFinite(most) ? Format($" | {most:F2} s") : " | ";
    }

    private static void Write(Utf8JsonWriter json, WorkloadResult result)
    {
        json.WriteStartObject();
        json.WriteString("name", result.Workload.Name);
        json.WriteStartArray("builders");
        foreach ((Peer peer, List<Sample> samples) in result.Peers)
            Write(json, peer.Name, samples);
        if (result.Limit.Count > 0)
            Write(json, "limit: " + result.Workload.LimitName, result.Limit);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ServedLoad load)
    {
        json.WriteStartObject("served");
        json.WriteNumber("peakBytesOf1Client", load.PeakOfOneBytes);
        json.WriteNumber("peakBytesOf50Clients", load.PeakOfManyBytes);
        json.WriteNumber("idleCpuSecondsInAMinute", load.IdleCpuSeconds);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, List<Sample> samples)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteStartArray("runs");
        foreach (Sample sample in samples)
        {
            json.WriteStartObject();
            json.WriteNumber("wallSeconds", sample.WallSeconds);
            json.WriteNumber("cpuSeconds", sample.CpuSeconds);
            json.WriteNumber("peakBytes", sample.PeakBytes);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static double PeakOf(List<Sample> samples) => samples.Max(static s => s.PeakBytes);

    private static string Numbers(List<Sample> samples) => Format(
        $"{WorkloadResult.Median(samples):F3} | {samples.Min(static s => s.WallSeconds):F3} | {samples.Max(static s => s.WallSeconds):F3} | {samples.Average(static s => s.CpuSeconds):F2} | {PeakOf(samples) / 1e6:F0}");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
