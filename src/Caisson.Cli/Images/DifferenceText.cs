using System.Collections.Immutable;
using Caisson.Cli.Progress;
using Caisson.Engine;
using Caisson.Oci.Contents;
using Caisson.Oci.Images;
using Caisson.Oci.Tar;

namespace Caisson.Cli.Images;

/// <summary>What is different between two images, for people: <c>-</c> only in the first, <c>+</c> only in the second, <c>~</c> not the same.</summary>
internal sealed class DifferenceText(TextWriter output)
{
    /// <summary>Writes it.</summary>
    public void Write(PlacedImage old, PlacedImage @new, ImageDifference difference)
    {
        Columns sides = new(output, null, "", "", "", "");
        sides.Add("---", Shown.Line(old.Place), old.Image.Config.Platform.ToString(), Shown.Short(old.Image.Descriptor.Digest));
        sides.Add("+++", Shown.Line(@new.Place), @new.Image.Config.Platform.ToString(), Shown.Short(@new.Image.Descriptor.Digest));
        sides.Write();
        WriteFields(difference.Fields);
        WriteLayers(difference.Layers);
        WriteFiles(difference.Files);
        output.WriteLine();
        output.WriteLine(difference.IsEmpty ? "no difference" : Summary(difference));
    }

    private void WriteFields(ImmutableArray<FieldChange> fields)
    {
        if (fields.IsDefaultOrEmpty)
            return;
        output.WriteLine("\nConfiguration");
        foreach (FieldChange field in fields)
        {
            string name = Shown.Line(field.Name);
            if (field.Old is null)
                output.WriteLine($"  + {name}: {Shown.Line(field.New)}");
            else if (field.New is null)
                output.WriteLine($"  - {name}: {Shown.Line(field.Old)}");
            else if (field.Old.Length + field.New.Length + name.Length < 80)
                output.WriteLine($"  ~ {name}: {Shown.Line(field.Old)} -> {Shown.Line(field.New)}");
            else
                output.WriteLine($"  ~ {name}:\n      - {Shown.Line(field.Old)}\n      + {Shown.Line(field.New)}");
        }
    }

    private void WriteLayers(ImmutableArray<LayerPair> layers)
    {
        if (layers.IsDefaultOrEmpty)
            return;
        output.WriteLine("\nLayers");
        Columns rows = new(output, null, "", ">", "", "");
        foreach (LayerPair pair in layers)
        {
            ImageLayer layer = (pair.Old ?? pair.New)!; // one of the two is there
            string mark = pair.Old is null ? "+" : pair.New is null ? "-" : "=";
            string note = pair is { Old: { } a, New: { } b } && a.Blob.Digest != b.Blob.Digest ? $"compressed otherwise: {Shown.Short(b.Blob.Digest)}" : "";
            rows.Add("  " + mark, Bytes.Show(layer.Blob.Size), Shown.Short(layer.Blob.Digest), note);
        }
        rows.Write();
    }

    private void WriteFiles(ImmutableArray<FileChange> files)
    {
        if (files.IsDefaultOrEmpty)
            return;
        output.WriteLine("\nFiles");
        foreach (FileChange file in files)
        {
            string path = PathOf(file);
            output.WriteLine(file.Kind switch
            {
                FileChangeKind.Added => $"  + {path}{Size(file.New)}",
                FileChangeKind.Removed => $"  - {path}{Size(file.Old)}",
                _ => $"  ~ {path}  ({string.Join(", ", Details(file))})",
            });
        }
    }

    private static string PathOf(FileChange file) =>
        "/" + Shown.Line(file.Path) + ((file.New ?? file.Old)?.Type == TarEntryType.Directory && file.Path.Length > 0 ? "/" : "");

    private static string Size(FileFacts? facts) => facts switch
    {
        { Type: TarEntryType.File } => $"  {Bytes.Show(facts.SizeBytes)}",
        { Target: { } target } => $" -> {Shown.Line(target)}",
        _ => "",
    };

    private static IEnumerable<string> Details(FileChange file)
    {
        if (file is not { Old: { } a, New: { } b })
            yield break;
        foreach (FileAspects aspect in Enum.GetValues<FileAspects>().Where(x => x != FileAspects.None && file.Aspects.HasFlag(x)))
        {
            yield return aspect switch
            {
                FileAspects.Type => $"type {FileWords.Of(a.Type)} -> {FileWords.Of(b.Type)}",
                FileAspects.Content when a.SizeBytes != b.SizeBytes => $"content {Bytes.Show(a.SizeBytes)} -> {Bytes.Show(b.SizeBytes)}",
                FileAspects.Mode => $"mode {FileWords.Mode(a.Mode)} -> {FileWords.Mode(b.Mode)}",
                FileAspects.Owner => $"owner {a.Uid}:{a.Gid} -> {b.Uid}:{b.Gid}",
                FileAspects.Target => $"target {Shown.Line(a.Target)} -> {Shown.Line(b.Target)}",
                FileAspects.Device => $"device {a.Device} -> {b.Device}",
                FileAspects.Time when a.ModifiedSeconds != b.ModifiedSeconds => $"time {FileWords.Time(a)} -> {FileWords.Time(b)}",
                FileAspects.Xattr => $"xattr {string.Join(' ', FileWords.DifferingXattrs(a, b).Select(Shown.Line))}",
                _ => aspect.ToString().ToLowerInvariant(),
            };
        }
    }

    private static string Summary(ImageDifference difference)
    {
        List<string> parts = [];
        if (!difference.Fields.IsDefault)
            parts.Add(Shown.Count(difference.Fields.Length, "field"));
        if (!difference.Layers.IsDefault)
            parts.Add(Shown.Count(difference.Layers.Count(static l => l.Old is null || l.New is null), "layer"));
        if (!difference.Files.IsDefault)
        {
            int Count(FileChangeKind kind) => difference.Files.Count(f => f.Kind == kind);
            parts.Add($"{Shown.Count(difference.Files.Length, "name")} ({Count(FileChangeKind.Added)} added, {Count(FileChangeKind.Removed)} removed, {Count(FileChangeKind.Changed)} changed)");
        }
        return "different: " + string.Join(", ", parts);
    }
}
