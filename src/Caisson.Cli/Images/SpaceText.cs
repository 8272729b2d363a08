using System.Collections.Immutable;
using System.Globalization;
using Caisson.Cli.Progress;
using Caisson.Oci.Contents;

namespace Caisson.Cli.Images;

/// <summary>Where the bytes of an image are, for people.</summary>
/// <param name="output">Where to.</param>
/// <param name="width">How long a line may be; null for any length.</param>
internal sealed class SpaceText(TextWriter output, int? width)
{
    private const int UsualWidth = 100;

    private readonly int _width = width ?? UsualWidth;

    /// <summary>Writes it.</summary>
    public void Write(SpaceView view)
    {
        SpaceUse use = view.Use;
        long files = use.VisibleBytes + use.WastedBytes;
        Columns facts = new(output, null, "", "");
        facts.Add("Image:", $"{Shown.Line(view.Place)}  {view.Image.Config.Platform}  {Shown.Short(view.Image.Descriptor.Digest)}");
        facts.Add("Size:", $"{Bytes.Show(use.Layers.Sum(static l => l.Blob.Size))} compressed, {Bytes.Show(use.Layers.Sum(static l => l.UncompressedBytes))} uncompressed, {Shown.Count(use.Layers.Length, "layer")}");
        facts.Add("Files:", $"{Bytes.Show(use.VisibleBytes)} are seen, {Bytes.Show(use.WastedBytes)} are not{(files == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({100.0 * use.WastedBytes / files:0.0}%)"))}");
        facts.Write();
        WriteLayers(use);
        WriteDirectories(view);
        WriteFiles(view);
        WriteWaste(view);
    }

    private void WriteLayers(SpaceUse use)
    {
        output.WriteLine();
        Columns rows = new(output, _width, ">LAYER", ">COMPRESSED", ">UNPACKED", ">FILES", ">HIDDEN LATER", "MADE BY");
        foreach (LayerSpace layer in use.Layers)
            rows.Add(Number(layer.Number), Bytes.Show(layer.Blob.Size), Bytes.Show(layer.UncompressedBytes), Number(layer.Entries), Bytes.Show(layer.HiddenLaterBytes), Instruction(layer.CreatedBy));
        rows.Write();
    }

    private void WriteDirectories(SpaceView view)
    {
        ImmutableArray<DirectorySpace> directories = view.Depth == 0 ? [] : view.Use.Directories(view.Depth);
        if (directories.IsEmpty || view.Top == 0)
            return;
        output.WriteLine();
        Columns rows = new(output, _width, ">SIZE", ">FILES", "DIRECTORY");
        foreach (DirectorySpace directory in directories.Take(view.Top))
            rows.Add(Bytes.Show(directory.SizeBytes), Number(directory.Files), "/" + Shown.Line(directory.Path));
        rows.Write();
        More(directories.Length - view.Top);
    }

    private void WriteFiles(SpaceView view)
    {
        ImmutableArray<(string Path, FileFacts Facts)> files = view.Use.Largest(view.Top);
        if (files.IsEmpty)
            return;
        output.WriteLine();
        Columns rows = new(output, _width, ">SIZE", ">LAYER", "BIGGEST FILES");
        foreach ((string path, FileFacts facts) in files)
            rows.Add(Bytes.Show(facts.SizeBytes), Number(facts.Layer + 1), "/" + Shown.Line(path));
        rows.Write();
    }

    private void WriteWaste(SpaceView view)
    {
        ImmutableArray<WastedFile> wasted = view.Use.Wasted;
        if (wasted.IsEmpty || view.Top == 0)
            return;
        output.WriteLine();
        Columns rows = new(output, _width, ">WASTED", ">LAYER", "HIDDEN BY", "FILE");
        foreach (WastedFile file in wasted.Take(view.Top))
            rows.Add(Bytes.Show(file.SizeBytes), Number(file.WrittenBy), $"{Word(file.How)} by {Number(file.HiddenBy)}", "/" + Shown.Line(file.Path));
        rows.Write();
        More(wasted.Length - view.Top);
    }

    /// <summary>How a file was hidden.</summary>
    public static string Word(HidingKind how) => how switch
    {
        HidingKind.Deleted => "deleted",
        HidingKind.WrittenAgain => "written again",
        _ => "replaced",
    };

    private void More(int rest)
    {
        if (rest > 0)
            output.WriteLine($"… and {Number(rest)} more (--top)");
    }

    // As BuildKit and Docker write instructions: the shell is noise.
    private static string Instruction(string? text)
    {
        const string Shell = "/bin/sh -c ";
        string line = Shown.Line(text).Replace(Shell + "#(nop) ", "", StringComparison.Ordinal);
        return line.StartsWith(Shell, StringComparison.Ordinal) ? "RUN " + line[Shell.Length..] : line;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
