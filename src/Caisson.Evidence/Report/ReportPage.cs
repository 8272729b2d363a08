using Caisson.Engine.History;
using Caisson.Oci.Images;

namespace Caisson.Evidence.Report;

/// <summary>
/// A build on one page of HTML: what came of it, how long what took, all that went in, and what is proved. The page asks nobody for anything and has no script; it can be read in
/// light and dark, and on paper.
/// </summary>
public static class ReportPage
{
    /// <summary>Writes the page.</summary>
    public static string Write(BuildReport report)
    {
        Html html = new(report.Secrets);
        html.AddMarkup("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        // Nothing is fetched, whatever stands in the page.
        html.AddMarkup("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<link rel=\"icon\" href=\"data:,\">\n");
        html.Add($"<title>Build report: {TitleOf(report)}</title>\n<style>\n");
        html.AddMarkup(ReportStyle.Text);
        html.AddMarkup("</style>\n</head>\n<body>\n<main>\n");
        WriteHead(html, report);
        WriteClaims(html, report);
        FindingSection.Write(html, report);
        TimelineSection.Write(html, report);
        ProofSection.Write(html, report);
        InputSection.Write(html, report);
        NetworkSection.Write(html, report);
        LayerSection.Write(html, report);
        PackageSection.Write(html, report);
        DockerfileSection.Write(html, report);
        html.Add($"</main>\n<footer>Written by Caisson {report.Version}. This page holds all that it shows: nothing is loaded from elsewhere.</footer>\n</body>\n</html>\n");
        return html.ToString();
    }

    /// <summary>Begins a section.</summary>
    internal static void Begin(Html html, string id, string title, string note)
    {
        html.Add($"<section id=\"{id}\">\n<h2>{title}</h2>\n");
        if (note.Length > 0)
            html.Add($"<p class=\"note\">{note}</p>\n");
    }

    /// <summary>Ends a section.</summary>
    internal static void End(Html html) => html.AddMarkup("</section>\n");

    private static string TitleOf(BuildReport report) =>
        report.Build is { Tags: [string first, ..] } ? first : report.Build?.Target ?? report.Inputs.Dockerfile?.Name ?? report.Build?.Dockerfile ?? "a build";

    private static void WriteHead(Html html, BuildReport report)
    {
        html.Add($"<header>\n<p class=\"kind\">Build report</p>\n<h1>{TitleOf(report)}</h1>\n");
        if (report.Build is { } build)
        {
            (string state, string word) = StateOf(build);
            html.Add($"<p class=\"state {state}\">{word}</p>\n");
        }
        html.AddMarkup("<dl class=\"facts\">\n");
        Fact(html, report.Images.Length > 1 ? "Index" : "Image", report.Digest, "digest");
        Fact(html, "Names", report.Build is { Tags.Length: > 1 } named ? string.Join(", ", named.Tags) : null);
        Fact(html, "Platform", report.Images.IsEmpty ? report.Build?.Platform : string.Join(", ", report.Images.Select(static i => i.Config.Platform.ToString())));
        Fact(html, "Size", report.Images.IsEmpty ? null : string.Join(", ", report.Images.Select(static i => $"{Quantity.Bytes(SizeOf(i))} in {Quantity.Count(i.Layers.Length, "layer")}")));
        if (report.Build is { } record)
        {
            Fact(html, "Started", Quantity.Date(record.Started));
            Fact(html, "Took", Quantity.Time(record.Duration));
            Fact(html, "Build", record.Id);
            Fact(html, "Context", record.Context);
            Fact(html, "Dockerfile", record.Dockerfile);
            Fact(html, "Target", record.Target);
            Fact(html, "Options", record.Options.IsEmpty ? null : string.Join(" ", record.Options));
        }
        html.AddMarkup("</dl>\n</header>\n");
    }

    private static void Fact(Html html, string name, string? value, string kind = "")
    {
        if (!string.IsNullOrEmpty(value))
            html.Add($"<div><dt>{name}</dt><dd class=\"{kind}\">{value}</dd></div>\n");
    }

    private static (string State, string Word) StateOf(BuildRecord build) => build.Outcome switch
    {
        BuildOutcome.Completed => ("good", "Completed"),
        BuildOutcome.Failed => ("bad", "Failed"),
        BuildOutcome.Interrupted => ("bad", "Interrupted"),
        _ => ("open", "Still going on"),
    };

    private static void WriteClaims(Html html, BuildReport report)
    {
        html.AddMarkup("<ul class=\"claims\">\n");
        if (report.Inputs.Dockerfile is not null)
        {
            Claim(html, "Hermetic", report.Inputs.IsHermetic ? "Shown" : "Not shown", report.Inputs.IsHermetic ? "good" : "open", "#proof");
            Claim(html, "Reproducible", report.Inputs.IsReproduced ? "Shown" : "Not shown", report.Inputs.IsReproduced ? "good" : "open", "#proof");
        }
        if (report.Build is { } build)
        {
            int done = build.Steps.Count(static s => s.StageNumber > 0 && s.Outcome == StepOutcome.Done);
            int hits = build.Steps.Count(static s => s.StageNumber > 0 && s.Outcome == StepOutcome.Hit);
            Claim(html, "Steps", $"{done} done, {hits} cached", "", "#timeline");
            int findings = build.Errors.Length + build.Warnings.Length;
            Claim(html, "Findings", findings == 0 ? "None" : Quantity.Count(findings, "finding"), findings == 0 ? "good" : build.Errors.IsEmpty ? "open" : "bad", findings == 0 ? "" : "#findings");
        }
        if (report.Inputs.Dockerfile is not null)
        {
            Claim(html, "Inputs", Quantity.Count(InputSection.Rows(report.Inputs).Count(), "input"), "", "#inputs");
            Claim(html, "Network", report.Inputs.Network.IsEmpty && !report.Inputs.IsHermetic ? "Not recorded" : Quantity.Count(report.Inputs.Network.Length, "request"), "", "#network");
        }
        html.AddMarkup("</ul>\n");
    }

    private static void Claim(Html html, string name, string value, string state, string link)
    {
        html.Add($"<li class=\"{state}\"><span class=\"name\">{name}</span>");
        if (link.Length > 0)
            html.Add($"<a class=\"value\" href=\"{link}\">{value}</a></li>\n");
        else
            html.Add($"<span class=\"value\">{value}</span></li>\n");
    }

    private static long SizeOf(Image image) => image.Layers.Sum(static l => l.Blob.Size);
}
