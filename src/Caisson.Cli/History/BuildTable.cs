using System.Globalization;
using Caisson.Cli.Calls;
using Caisson.Cli.Progress;
using Caisson.Engine.History;

namespace Caisson.Cli.History;

/// <summary>Builds in a table, one a line.</summary>
internal static class BuildTable
{
    private const int MaxPathLength = 40;

    /// <summary>Writes it; only its head when there are no builds.</summary>
    public static void Write(IEnumerable<BuildRecord> builds, DateTimeOffset now, TextWriter output)
    {
        TextTable table = new("BUILD", "STATUS", "STARTED", "TOOK", "CACHED", "DOCKERFILE", "TARGET", "TAGS");
        bool isEmpty = true;
        foreach (BuildRecord build in builds)
        {
            isEmpty = false;
            StepHistory[] steps = [.. build.Steps.Where(static s => s.StageNumber > 0)];
            int cached = steps.Count(static s => s.Outcome == StepOutcome.Hit);
            table.Add(
                build.Id,
                StatusOf(build.Outcome),
                Ago(now - build.Started),
                Durations.Show(build.Duration),
                string.Create(CultureInfo.InvariantCulture, $"{cached}/{steps.Length}"),
                PlainText.Of(Shortened(build.Dockerfile)),
                PlainText.Of(build.Target ?? ""),
                PlainText.Of(string.Join(", ", build.Tags)));
        }
        if (isEmpty)
            output.WriteLine("no builds");
        else
            table.WriteTo(output);
    }

    /// <summary>How a build ended, in one word.</summary>
    public static string StatusOf(BuildOutcome outcome) => outcome switch
    {
        BuildOutcome.Completed => "completed",
        BuildOutcome.Failed => "failed",
        BuildOutcome.Interrupted => "interrupted",
        _ => "running",
    };

    private static string Ago(TimeSpan since) => since switch
    {
        { TotalSeconds: < 60 } => "just now",
        { TotalMinutes: < 60 } => Count((int)since.TotalMinutes, "minute"),
        { TotalHours: < 48 } => Count((int)since.TotalHours, "hour"),
        _ => Count((int)since.TotalDays, "day"),
    };

    private static string Count(int count, string unit) => string.Create(CultureInfo.InvariantCulture, $"{count} {unit}{(count == 1 ? "" : "s")} ago");

    // The end tells more than the beginning.
    private static string Shortened(string path) => path.Length <= MaxPathLength ? path : string.Concat("…", path.AsSpan(path.Length - MaxPathLength + 1));
}
