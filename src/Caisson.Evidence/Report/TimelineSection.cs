using Caisson.Engine.Events;
using Caisson.Engine.History;

namespace Caisson.Evidence.Report;

/// <summary>Every step as a bar on the time of the build.</summary>
internal static class TimelineSection
{
    private const double ShortestPercent = 0.4;

    /// <summary>Writes it.</summary>
    public static void Write(Html html, BuildReport report)
    {
        if (report.Build is not { Steps.IsEmpty: false } build)
            return;
        TimeSpan length = Longest(build);
        IReadOnlyDictionary<int, TimeSpan> waits = Timeline.Waits(build, report.Inputs);
        ReportPage.Begin(html, "timeline", "Timeline", "");
        html.AddMarkup("<p class=\"legend\"><span class=\"key done\">done</span><span class=\"key hit\">taken from the cache</span><span class=\"key wait\">waited for its turn</span><span class=\"key failed\">failed or given up</span></p>\n");
        html.AddMarkup("<table class=\"timeline\">\n<thead><tr><th scope=\"col\" class=\"number\">#</th><th scope=\"col\">Step</th><th scope=\"col\"><div class=\"scale\">");
        foreach (TimeSpan tick in Timeline.Ticks(length))
            html.Add($"<span style=\"left:{Percent(tick, length)}%\">{(tick.TotalMinutes >= 2 ? $"{tick.TotalMinutes:0} min" : $"{tick.TotalSeconds:0.##} s")}</span>");
        html.AddMarkup("</div></th><th scope=\"col\" class=\"number\">Time</th></tr></thead>\n<tbody>\n");
        foreach (StepHistory step in build.Steps)
            WriteStep(html, report, step, length, waits.GetValueOrDefault(step.Number));
        html.AddMarkup("</tbody>\n</table>\n");
        ReportPage.End(html);
    }

    private static void WriteStep(Html html, BuildReport report, StepHistory step, TimeSpan length, TimeSpan wait)
    {
        string state = step.Outcome switch
        {
            StepOutcome.Hit => "hit",
            StepOutcome.Done => "done",
            _ => "failed",
        };
        html.Add($"<tr class=\"{(step.StageNumber > 0 ? "step" : "work")}\"><td class=\"number\">{step.Number}</td><td><div class=\"what\">");
        if (step.StageNumber > 0)
            html.Add($"<span class=\"stage\">{step.Stage} {step.StageNumber}</span> ");
        html.Add($"<code>{step.Instruction}</code></div>");
        if (ReasonOf(step) is { Length: > 0 } reason)
            html.Add($"<div class=\"why\">{reason}</div>");
        html.AddMarkup("</td><td><div class=\"track\">");
        if (wait > TimeSpan.Zero)
            html.Add($"<span class=\"bar wait\" style=\"left:{Percent(step.Start - wait, length)}%;width:{Percent(wait, length)}%\" title=\"waited {Quantity.Time(wait)}\"></span>");
        double left = Math.Min(Percent(step.Start, length), 100 - ShortestPercent);
        html.Add($"<span class=\"bar {state}\" style=\"left:{left}%;width:{Math.Clamp(Percent(step.Duration, length), ShortestPercent, 100 - left)}%\"></span></div></td>");
        html.Add($"<td class=\"number\">{(step.Outcome == StepOutcome.Hit ? "cached" : Quantity.Time(step.Duration))}</td></tr>\n");
        if (report.Logs.TryGetValue(step.Number, out string? log))
            html.Add($"<tr class=\"log\"><td></td><td colspan=\"3\"><pre>{log}</pre></td></tr>\n");
    }

    private static string ReasonOf(StepHistory step) => step switch
    {
        { Outcome: StepOutcome.Failed, Message: { } message } => message,
        { Outcome: StepOutcome.Cancelled } => "given up, because the build ended without it",
        { Hit: HitKind.Content } => "the same content was there, made in another way",
        { Hit: HitKind.Shared } => "the same work was done for another step",
        { From: { } from } => $"from {from}",
        // What was never done is no news.
        { Reasons: [string first, ..] } when step.StageNumber > 0 && !first.StartsWith("no earlier build", StringComparison.Ordinal) => $"ran because {first}",
        _ => "",
    };

    private static TimeSpan Longest(BuildRecord build) =>
        TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, Math.Max(build.Duration.Ticks, build.Steps.Max(static s => (s.Start + s.Duration).Ticks))));

    private static double Percent(TimeSpan time, TimeSpan of) => Math.Clamp(100.0 * time.Ticks / of.Ticks, 0, 100);
}
