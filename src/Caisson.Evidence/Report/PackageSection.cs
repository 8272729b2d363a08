namespace Caisson.Evidence.Report;

/// <summary>Which step brought which package.</summary>
internal static class PackageSection
{
    /// <summary>Writes it.</summary>
    public static void Write(Html html, BuildReport report)
    {
        if (report.Packages.IsEmpty)
            return;
        ReportPage.Begin(html, "packages", "Packages by step", "From the lists that the package managers of Debian and Alpine keep in the image, layer by layer.");
        foreach (LayerPackages layer in report.Packages)
        {
            string of = report.Images.Length > 1 ? $" ({layer.Image.Config.Platform})" : "";
            html.Add($"<h3><code>{LayerSection.MadeBy(layer.Image, layer.Layer)}</code>{of}</h3>\n<p class=\"note\">{SummaryOf(layer)}</p>\n<ul class=\"packages\">\n");
            foreach (InstalledPackage package in layer.Installed)
            {
                html.Add($"<li><b>{package.Name}</b> {package.Version}");
                if (package.Before is { } before)
                    html.Add($" <span class=\"before\">instead of {before}</span>");
                html.AddMarkup("</li>\n");
            }
            foreach (string name in layer.Removed)
                html.Add($"<li class=\"removed\"><b>{name}</b> removed</li>\n");
            html.AddMarkup("</ul>\n");
        }
        ReportPage.End(html);
    }

    private static string SummaryOf(LayerPackages layer)
    {
        int changed = layer.Installed.Count(static p => p.Before is not null);
        List<string> parts = [Quantity.Count(layer.Installed.Length - changed, "package") + " installed"];
        if (changed > 0)
            parts.Add($"{changed} in another version");
        if (!layer.Removed.IsEmpty)
            parts.Add($"{layer.Removed.Length} removed");
        return string.Join(", ", parts) + (layer.IncludesBelow ? "; with those of layers below, which are not on this machine" : "");
    }
}
