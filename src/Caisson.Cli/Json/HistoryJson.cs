using System.Globalization;
using System.Text.Json;
using Caisson.Cli.History;
using Caisson.Engine.History;

namespace Caisson.Cli.Json;

/// <summary>Builds of the history as JSON; docs/history.md describes it.</summary>
internal static class HistoryJson
{
    /// <summary>The version of the shape; it grows when a member changes its meaning or goes away.</summary>
    private const int Version = 1;

    /// <summary>A list of builds, without their steps.</summary>
    public static string Write(IEnumerable<BuildRecord> builds) => JsonOutput.Write(json =>
    {
        json.WriteNumber("version", Version);
        json.WriteObjects("builds", builds, build => WriteBuild(json, build));
    });

    /// <summary>One build with its steps.</summary>
    public static string Write(BuildRecord build) => JsonOutput.Write(json =>
    {
        json.WriteNumber("version", Version);
        WriteBuild(json, build);
        json.WriteObjects("warnings", build.Warnings, finding => WriteFinding(json, finding));
        json.WriteObjects("steps", build.Steps, step => WriteStep(json, step));
    });

    /// <summary>Why steps of a build were hits or not.</summary>
    public static string WriteExplanation(BuildRecord build, IEnumerable<StepHistory> steps) => JsonOutput.Write(json =>
    {
        json.WriteNumber("version", Version);
        json.WriteString("id", build.Id);
        json.WriteObjects("steps", steps, step => WriteStep(json, step));
    });

    private static void WriteBuild(Utf8JsonWriter json, BuildRecord build)
    {
        json.WriteString("id", build.Id);
        json.WriteString("status", BuildTable.StatusOf(build.Outcome));
        json.WriteString("startedAt", build.Started.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        json.WriteNumber("seconds", Seconds(build.Duration));
        json.WriteString("context", build.Context);
        json.WriteString("dockerfile", build.Dockerfile);
        json.WriteOptional("target", build.Target);
        json.WriteString("platform", build.Platform);
        WriteMap(json, "arguments", build.Arguments);
        WriteMap(json, "contexts", build.NamedContexts);
        WriteTexts(json, "options", build.Options);
        WriteTexts(json, "tags", build.Tags);
        json.WriteOptional("imageId", build.ImageId);
        json.WriteOptional("imageDigest", build.ImageDigest);
        if (!build.Errors.IsEmpty)
            json.WriteObjects("errors", build.Errors, finding => WriteFinding(json, finding));
    }

    private static void WriteStep(Utf8JsonWriter json, StepHistory step)
    {
        json.WriteNumber("number", step.Number);
        json.WriteString("name", step.Name);
        if (step.StageNumber > 0)
        {
            json.WriteString("stage", step.Stage);
            json.WriteNumber("stageNumber", step.StageNumber);
        }
        if (step.Line is { } line)
            json.WriteNumber("line", line);
        json.WriteString("outcome", step.Outcome.ToString().ToLowerInvariant());
        json.WriteOptional("hit", step.Hit is { } hit ? HitWords.Word(hit) : null);
        json.WriteOptional("from", step.From);
        WriteTexts(json, "reasons", step.Reasons);
        WriteTexts(json, "cacheMounts", step.CacheMounts);
        json.WriteNumber("startSeconds", Seconds(step.Start));
        json.WriteNumber("seconds", Seconds(step.Duration));
        if (step.ExitCode is { } code)
            json.WriteNumber("exitCode", code);
        json.WriteOptional("message", step.Message);
        json.WriteOptional("image", step.Image);
        json.WriteOptional("key", step.Key?.Value);
        json.WriteBoolean("hasLog", step.HasLog);
    }

    private static void WriteFinding(Utf8JsonWriter json, BuildFinding finding)
    {
        json.WriteString("code", finding.Code);
        json.WriteString("message", finding.Message);
        json.WriteOptional("file", finding.File);
        if (finding.Line is { } line)
            json.WriteNumber("line", line);
        json.WriteOptional("hint", finding.Hint);
    }

    private static void WriteMap(Utf8JsonWriter json, string name, System.Collections.Immutable.ImmutableSortedDictionary<string, string> map)
    {
        if (map.Count == 0)
            return;
        json.WriteStartObject(name);
        foreach ((string key, string value) in map)
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyCollection<string> texts)
    {
        if (texts.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static decimal Seconds(TimeSpan time) => (decimal)Math.Round(time.TotalSeconds, 3);
}
