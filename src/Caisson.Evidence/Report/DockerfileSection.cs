namespace Caisson.Evidence.Report;

/// <summary>The text of the Dockerfile.</summary>
internal static class DockerfileSection
{
    /// <summary>Writes it.</summary>
    public static void Write(Html html, BuildReport report)
    {
        if (report.Inputs.Dockerfile is not { } dockerfile)
            return;
        ReportPage.Begin(html, "dockerfile", "Dockerfile", dockerfile.Name);
        html.AddMarkup("<ol class=\"source\">\n");
        foreach (string line in dockerfile.Text.TrimEnd('\n').Split('\n'))
            html.Add($"<li><code>{line.TrimEnd('\r')}</code></li>\n");
        html.AddMarkup("</ol>\n");
        ReportPage.End(html);
    }
}
