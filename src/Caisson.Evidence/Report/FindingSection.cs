using Caisson.Engine.History;

namespace Caisson.Evidence.Report;

/// <summary>What the build warned of, and why it failed.</summary>
internal static class FindingSection
{
    /// <summary>Writes it.</summary>
    public static void Write(Html html, BuildReport report)
    {
        if (report.Build is not { } build || (build.Errors.IsEmpty && build.Warnings.IsEmpty))
            return;
        ReportPage.Begin(html, "findings", "Findings", "");
        html.AddMarkup("<ul class=\"findings\">\n");
        foreach (BuildFinding finding in build.Errors)
            Write(html, finding, "bad", "error");
        foreach (BuildFinding finding in build.Warnings)
            Write(html, finding, "open", "warning");
        html.AddMarkup("</ul>\n");
        ReportPage.End(html);
    }

    private static void Write(Html html, BuildFinding finding, string state, string word)
    {
        html.Add($"<li class=\"{state}\"><p><span class=\"mark\">{word} {finding.Code}</span> {finding.Message}</p>");
        if (finding.File is { } file)
            html.Add($"<p class=\"where\">{file}{(finding.Line is { } line ? $":{line}" : "")}</p>");
        if (finding.Hint is { } hint)
            html.Add($"<p class=\"hint\">{hint}</p>");
        html.AddMarkup("</li>\n");
    }
}
