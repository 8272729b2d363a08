using System.Globalization;
using Caisson.Cli.Progress;
using Caisson.Engine.History;

namespace Caisson.Cli.History;

/// <summary>One build with all that is remembered of it, for people.</summary>
internal static class BuildText
{
    private const int NameWidth = 12;

    public static void Write(BuildRecord build, TextWriter output)
    {
        void Field(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                output.WriteLine(PlainText.Of($"{(name + ":").PadRight(NameWidth)} {value}"));
        }

        Field("Build", build.Id);
        Field("Status", BuildTable.StatusOf(build.Outcome));
        Field("Started", build.Started.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        Field("Took", Durations.Show(build.Duration));
        Field("Context", build.Context);
        Field("Dockerfile", build.Dockerfile);
        Field("Target", build.Target);
        Field("Platform", build.Platform);
        foreach ((string name, string value) in build.Arguments)
            Field("Build arg", $"{name}={value}");
        foreach ((string name, string value) in build.NamedContexts)
            Field("Context", $"{name}={value}");
        Field("Options", string.Join(' ', build.Options));
        Field("Tags", string.Join(", ", build.Tags));
        Field("Image", build.ImageId);
        Field("Digest", build.ImageDigest);
        foreach (BuildFinding finding in build.Warnings)
            Field("Warning", TextOf(finding));
        foreach (BuildFinding finding in build.Errors)
            Field("Error", TextOf(finding));
        output.WriteLine();
        foreach (StepHistory step in build.Steps)
            WriteStep(step, output);
    }

    private static void WriteStep(StepHistory step, TextWriter output)
    {
        string number = string.Create(CultureInfo.InvariantCulture, $"#{step.Number}").PadRight(4);
        string exit = step.ExitCode is { } code ? string.Create(CultureInfo.InvariantCulture, $" (exit code {code})") : "";
        output.WriteLine(PlainText.Of($"{number} {ExplanationText.MarkOf(step)} {Durations.Show(step.Duration),6} {(step.HasLog ? "log" : "   ")} {step.Name}{exit}"));
        if (step.From is { } from)
            output.WriteLine(PlainText.Of($"                       from {from}"));
        foreach (string mount in step.CacheMounts)
            output.WriteLine(PlainText.Of($"                       may have taken something from the cache mount {mount}"));
        foreach (string reason in step.Reasons)
            output.WriteLine(PlainText.Of($"                       {reason}"));
    }

    private static string TextOf(BuildFinding finding)
    {
        string place = finding.Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"{finding.File}:{line}: ") : "";
        return $"{place}{finding.Code}: {finding.Message}";
    }
}
