using Caisson.Engine;

namespace Caisson.Evidence.Report;

/// <summary>What is proved of the build, and what keeps it from being proved.</summary>
internal static class ProofSection
{
    /// <summary>Writes it.</summary>
    public static void Write(Html html, BuildReport report)
    {
        BuildInputs inputs = report.Inputs;
        if (inputs.Dockerfile is null)
            return;
        ReportPage.Begin(html, "proof", "What is proved", "Only what was shown is claimed. What was not looked for counts as not shown.");
        html.AddMarkup("<div class=\"proofs\">\n");
        Begin(html, "Hermetic", inputs.IsHermetic);
        html.AddMarkup(inputs.IsHermetic
            ? "<p>No program of the build could take anything from outside that is not listed among the inputs: none had a network that was not recorded, a cache mount, a device, or more rights than usual.</p>\n"
            : "<p>Programs of the build could take something that is recorded nowhere. These steps could:</p>\n");
        if (!inputs.IsHermetic)
        {
            html.AddMarkup("<ul class=\"reasons\">\n");
            foreach (BuildStep step in inputs.Steps.Where(static s => !s.Unrecorded.IsEmpty))
                html.Add($"<li><code>{step.Name}</code> <span>{string.Join(", ", step.Unrecorded)}</span></li>\n");
            html.AddMarkup("</ul>\n");
        }
        html.AddMarkup("</div>\n");
        Begin(html, "Reproducible", inputs.IsReproduced);
        html.AddMarkup(inputs.IsReproduced
            ? "<p>All steps were done once more, without the cache, and the same digest came of them.</p>\n"
            : "<p>The build was done once. Whether the same comes of it again was not tried.</p>\n");
        if (report.Digest is { } digest)
            html.Add($"<p class=\"digest\">{digest}</p>\n");
        html.AddMarkup("</div>\n</div>\n");
        ReportPage.End(html);
    }

    private static void Begin(Html html, string name, bool isShown) =>
        html.Add($"<div class=\"proof {(isShown ? "good" : "open")}\"><h3>{name} <span class=\"mark\">{(isShown ? "shown" : "not shown")}</span></h3>\n");
}
