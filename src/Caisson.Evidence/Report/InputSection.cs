using Caisson.Dockerfile.Source;
using Caisson.Engine;

namespace Caisson.Evidence.Report;

/// <summary>All that went in, with its digest.</summary>
internal static class InputSection
{
    /// <summary>The inputs: what kind, which, and its digest.</summary>
    public static IEnumerable<(string Kind, string What, string Digest)> Rows(BuildInputs inputs)
    {
        if (inputs.Dockerfile is { } dockerfile)
            yield return ("Dockerfile", dockerfile.Name, dockerfile.Digest.Value);
        foreach (ContextInput context in inputs.Contexts)
            yield return ("Build context", context.Name == "context" ? context.Location : $"{context.Name}: {context.Location}", $"tree {context.Digest.Hex}");
        foreach (ImageInput image in inputs.Images)
            yield return ("Image", $"{(image.IsOfLayout ? "from a layout" : image.Reference.Familiar)} ({image.Platform})", image.Digest.Value);
        foreach (HttpInput file in inputs.Files)
            yield return ("File of the web", file.Address, file.Digest.Value);
        foreach (GitInput git in inputs.Repositories)
            yield return ("Git repository", git.Reference is null ? git.Remote : $"{git.Remote} ({git.Reference})", $"commit {git.Commit}");
    }

    /// <summary>Writes it.</summary>
    public static void Write(Html html, BuildReport report)
    {
        (string Kind, string What, string Digest)[] rows = [.. Rows(report.Inputs)];
        // A build of the history has no more of its inputs than the images.
        if (rows.Length == 0)
            rows = [.. (report.Build?.Steps ?? []).Where(static s => s.Image is not null).Select(static s => s.Image!.Split('@', 2)).Select(static i => ("Image", AddressCredentials.Remove(i[0]), i.Length > 1 ? i[1] : ""))];
        if (rows.Length == 0 && report.Inputs.Arguments.IsEmpty)
            return;
        ReportPage.Begin(html, "inputs", "Inputs", "The digest of a build context names what steps took from it: paths, content, modes and links, and nothing that no step asked for.");
        html.AddMarkup("<table>\n<thead><tr><th scope=\"col\">Kind</th><th scope=\"col\">What</th><th scope=\"col\">Digest</th></tr></thead>\n<tbody>\n");
        foreach ((string kind, string what, string digest) in rows)
            html.Add($"<tr><td class=\"kind\">{kind}</td><td>{what}</td><td class=\"digest\">{digest}</td></tr>\n");
        html.AddMarkup("</tbody>\n</table>\n");
        WriteArguments(html, report);
        ReportPage.End(html);
    }

    private static void WriteArguments(Html html, BuildReport report)
    {
        KeyValuePair<string, string>[] arguments = [.. report.Inputs.Arguments];
        if (arguments.Length == 0)
            return;
        html.AddMarkup("<h3>Build arguments</h3>\n<table>\n<tbody>\n");
        foreach ((string name, string value) in arguments)
            html.Add($"<tr><td class=\"kind\"><code>{name}</code></td><td><code>{value}</code></td></tr>\n");
        html.AddMarkup("</tbody>\n</table>\n");
    }
}
