using System.Text.Json;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Source;

namespace Caisson.Engine.Answers;

/// <summary>The result of checking as BuildKit's <c>frontend.lint</c> has it, with what BuildKit does not say added; docs/check.md describes it.</summary>
public static class CheckJson
{
    /// <summary>The version of the shape; it grows when a member changes its meaning or goes away.</summary>
    private const int Version = 1;

    /// <summary>The text.</summary>
    public static string Write(CheckResult result) => JsonOutput.Write(json =>
    {
        SourceText source = result.Parsed.Document.Source;
        LocationJson locations = new(source);
        json.WriteNumber("version", Version);
        json.WriteObjects("warnings", Warnings(result), warning => WriteWarning(json, locations, warning.Rule, warning.Diagnostic));
        Diagnostic[] errors = [.. result.Errors];
        if ((errors.FirstOrDefault() ?? result.Report.Failure) is { } first)
        {
            json.WriteStartObject("buildError");
            WriteError(json, locations, first);
            json.WriteEndObject();
        }
        if (errors.Length > 0)
            json.WriteObjects("errors", errors, error => WriteError(json, locations, error));
        if (!result.UnknownBases.IsEmpty)
            json.WriteObjects("unknownBases", result.UnknownBases, unknown => WriteUnknown(json, locations, unknown));
        locations.WriteSources(json);
    });

    private static IEnumerable<(CheckRule? Rule, Diagnostic Diagnostic)> Warnings(CheckResult result)
    {
        IEnumerable<(CheckRule? Rule, Diagnostic Diagnostic)> checks = result.Report.Warnings.Select(static w => ((CheckRule?)w.Rule, w.ToDiagnostic()));
        IEnumerable<Diagnostic> others = result.Parsed.Diagnostics.Concat(result.Bound.Diagnostics).Concat(result.Report.Others).Concat(result.Report.UnusedArguments.Select(static a => a.ToDiagnostic()));
        return checks.Concat(others.Where(static d => !d.IsError).Select(static d => ((CheckRule?)null, d)))
            .OrderBy(static w => w.Item2.Where?.Start ?? int.MaxValue);
    }

    private static void WriteWarning(Utf8JsonWriter json, LocationJson locations, CheckRule? rule, Diagnostic warning)
    {
        json.WriteString("ruleName", warning.Code);
        json.WriteOptional("description", rule?.Description);
        json.WriteOptional("url", rule?.Url);
        json.WriteString("detail", warning.Message);
        json.WriteOptional("hint", warning.Hint);
        locations.Write(json, warning.Where);
    }

    private static void WriteError(Utf8JsonWriter json, LocationJson locations, Diagnostic error)
    {
        json.WriteString("code", error.Code);
        json.WriteString("message", error.Message);
        json.WriteOptional("hint", error.Hint);
        locations.Write(json, error.Where);
    }

    private static void WriteUnknown(Utf8JsonWriter json, LocationJson locations, UnknownBase unknown)
    {
        json.WriteString("name", unknown.Name);
        json.WriteString("reason", unknown.Reason);
        locations.Write(json, unknown.Where);
    }
}
