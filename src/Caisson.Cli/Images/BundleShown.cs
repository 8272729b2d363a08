using System.Globalization;
using Caisson.Cli.Progress;
using Caisson.Engine.Bundling;
using Caisson.Oci.Model;

namespace Caisson.Cli.Images;

/// <summary>A bundle, for people. What it says may have been written by anybody.</summary>
internal static class BundleShown
{
    /// <summary>Writes it.</summary>
    public static void Write(Bundle bundle, TextWriter output)
    {
        BundleRecord record = bundle.Record;
        Columns columns = new(output, null, "", "");
        columns.Add("bundle", bundle.Digest.Value);
        columns.Add("size", string.Create(CultureInfo.InvariantCulture, $"{Bytes.Show(bundle.SizeBytes)} in {bundle.Parts.Count} parts"));
        columns.Add("result", Shown.Line(record.Result.Digest));
        columns.Add("platforms", Shown.Line(string.Join(", ", record.Platforms)));
        columns.Add("made by", Shown.Line($"caisson {record.Engine} on {record.Machine}"));
        columns.Add("Dockerfile", Shown.Line(record.Dockerfile.Name));
        if (record.Target is { } target)
            columns.Add("target", Shown.Line(target));
        foreach ((string name, string value) in record.Arguments)
            columns.Add("argument", Shown.Line($"{name}={value}"));
        foreach ((string name, string value) in record.Labels)
            columns.Add("label", Shown.Line($"{name}={value}"));
        foreach (string id in record.Secrets)
            columns.Add("secret", Shown.Line($"{id} (not in the bundle: give it with --secret)"));
        foreach (BundleContext context in record.Contexts)
            columns.Add(context.Name == "context" ? "context" : "named context", Shown.Line(string.Create(CultureInfo.InvariantCulture, $"{(context.Name == "context" ? "" : context.Name + ": ")}{(context.Files == 1 ? "1 file" : $"{context.Files} files")}, {Bytes.Show(SizeOf(bundle, context.Content))}")));
        foreach (BundleImage image in record.Images)
            columns.Add("image", Shown.Line($"{Bundle.NameOf(image)} {image.Manifest}{(image.HasLayers ? "" : " (configuration only)")}"));
        foreach (BundleFetched fetched in record.Fetched)
            columns.Add(fetched.Commit is null ? "file" : "repository", Shown.Line($"{fetched.From} {fetched.Commit ?? fetched.Digest}"));
        foreach (BundleText policy in record.Policies)
            columns.Add("policy", Shown.Line(policy.Name));
        columns.Write();
        foreach (BundleStep step in record.Steps)
            output.WriteLine($"requests of {Shown.Line(step.Name)}: {Shown.Line(step.Requests)}");
    }

    private static long SizeOf(Bundle bundle, string part) => bundle.Parts.FirstOrDefault(p => p.Digest == (Digest.TryParse(part, out Digest? digest) ? digest : null))?.Size ?? 0;
}
