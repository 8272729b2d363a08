using Caisson.Engine;

namespace Caisson.Evidence.Report;

/// <summary>Every request that a step made.</summary>
internal static class NetworkSection
{
    /// <summary>Writes it.</summary>
    public static void Write(Html html, BuildReport report)
    {
        if (report.Inputs.Dockerfile is null)
            return;
        ReportPage.Begin(html, "network", "Network", "");
        if (report.Inputs.Network.IsEmpty)
        {
            html.AddMarkup(report.Inputs.Steps.Any(static s => s.Network is not (null or "none"))
                ? "<p>Steps had the network of the machine, and what they asked for was not recorded.</p>\n"
                : "<p>No program of the build had a network.</p>\n");
            ReportPage.End(html);
            return;
        }
        html.AddMarkup("<table class=\"network\">\n<thead><tr><th scope=\"col\">Request</th><th scope=\"col\" class=\"number\">Status</th><th scope=\"col\" class=\"number\">Size</th><th scope=\"col\">What came</th></tr></thead>\n");
        foreach (IGrouping<string, NetworkExchange> step in report.Inputs.Network.GroupBy(static e => e.Step, StringComparer.Ordinal))
        {
            html.Add($"<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"4\"><code>{step.Key}</code></th></tr>\n");
            foreach (NetworkExchange exchange in step)
            {
                html.Add($"<tr><td><span class=\"method\">{exchange.Method}</span> <span class=\"address\">{exchange.Address}</span></td><td class=\"number {(exchange.Status is >= 200 and < 400 ? "" : "bad")}\">{(exchange.Status == 0 ? "none" : $"{exchange.Status}")}</td>");
                html.Add($"<td class=\"number\">{(exchange.SizeBytes is { } size ? Quantity.Bytes(size) : "")}</td><td>");
                if (exchange.Package is { } package)
                    html.Add($"<div>{package}</div>");
                html.Add($"<div class=\"digest\">{exchange.Digest?.Value}</div></td></tr>\n");
            }
            html.AddMarkup("</tbody>\n");
        }
        html.AddMarkup("</table>\n");
        ReportPage.End(html);
    }
}
