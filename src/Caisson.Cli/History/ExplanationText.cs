using Caisson.Cli.Progress;
using Caisson.Engine.History;

namespace Caisson.Cli.History;

/// <summary>Says for people which steps of a build were hits, which were done, and why.</summary>
internal static class ExplanationText
{
    /// <summary>What stands before a step: how it came to its result.</summary>
    public static string MarkOf(StepHistory step) => step.Outcome switch
    {
        StepOutcome.Hit => "hit   ",
        StepOutcome.Done => "ran   ",
        StepOutcome.Failed when step.Reasons.IsEmpty => "failed",
        StepOutcome.Failed => "failed",
        StepOutcome.Cancelled => "ended ",
        _ => "runs  ",
    };

    /// <summary>Writes steps, each with its reasons below it.</summary>
    public static void Write(IEnumerable<StepHistory> steps, TextWriter output)
    {
        foreach (StepHistory step in steps)
        {
            output.WriteLine(PlainText.Of($"{MarkOf(step)} {step.Name}"));
            foreach (string reason in ReasonsOf(step))
                output.WriteLine(PlainText.Of($"         {reason}"));
        }
    }

    /// <summary>The steps that have something to explain: what instructions asked for, and what was fetched for them.</summary>
    public static IEnumerable<StepHistory> Explainable(BuildRecord build) => build.Steps.Where(static s => s.Hit is not null || !s.Reasons.IsEmpty || s.Key is not null);

    /// <summary>Why a step was a hit or not, in sentences.</summary>
    public static IEnumerable<string> ReasonsOf(StepHistory step) => step.Hit is not { } hit ? step.Reasons
        : step.From is { } from ? [$"{HitWords.Text(hit)}, from {from}"]
        : [HitWords.Text(hit)];
}
