using System.Collections.Immutable;
using System.Globalization;
using Caisson.Cli.Progress;
using Caisson.Engine;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tar;

namespace Caisson.Cli.Images;

/// <summary>What an image says of itself, for people.</summary>
internal static class ImageText
{
    /// <summary>Writes it.</summary>
    public static void Write(PlacedImage placed, TextWriter output)
    {
        Image image = placed.Image;
        ContainerConfig config = image.Config.Config;
        Columns facts = new(output, null, "", "");
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                facts.Add(name + ":", Shown.Line(value));
        }
        Add("Place", placed.Place);
        Add("Digest", image.Descriptor.Digest.Value);
        Add("Media type", image.Descriptor.MediaType);
        Add("Image ID", image.Manifest.Config.Digest.Value);
        Add("Platform", image.Config.Platform.ToString());
        Add("Created", image.Config.Created?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture));
        Add("Author", image.Config.Author);
        Add("Size", $"{Bytes.Show(image.Layers.Sum(static l => l.Blob.Size))} in {Shown.Count(image.Layers.Length, "layer")}");
        Add("User", config.User);
        Add("Directory", config.WorkingDir);
        Add("Entrypoint", Command(config.Entrypoint));
        Add("Command", Command(config.Cmd));
        Add("Ports", string.Join(", ", (IEnumerable<string>?)config.ExposedPorts ?? []));
        Add("Volumes", string.Join(", ", (IEnumerable<string>?)config.Volumes ?? []));
        Add("Stop signal", config.StopSignal);
        facts.Write();
        List(output, "Environment", (config.Env ?? ImmutableArray<string>.Empty).Select(static e => e ?? ""));
        List(output, "Labels", (config.Labels ?? ImmutableSortedDictionary<string, string>.Empty).Select(static l => $"{l.Key}={l.Value}"));
        List(output, "Annotations", (image.Manifest.Annotations ?? ImmutableSortedDictionary<string, string>.Empty).Select(static a => $"{a.Key}={a.Value}"));
        if (image.Layers.IsEmpty)
            return;
        output.WriteLine("\nLayers");
        Columns layers = new(output, null, "", ">", "", "");
        foreach (ImageLayer layer in image.Layers)
            layers.Add(" ", Bytes.Show(layer.Blob.Size), layer.Blob.Digest.Value, Compression(layer.Blob.MediaType));
        layers.Write();
    }

    private static string Compression(string mediaType) => CompressionFormat.OfMediaType(mediaType) switch
    {
        null => Shown.Type(mediaType),
        Oci.Tar.Compression.None => "",
        { } compression => compression.ToString().ToLowerInvariant(),
    };

    private static string Command(IEnumerable<string>? words) => words is null ? "" : string.Join(' ', words.Select(static w => w is { Length: > 0 } && !w.Contains(' ', StringComparison.Ordinal) ? w : $"\"{w}\""));

    private static void List(TextWriter output, string title, IEnumerable<string> lines)
    {
        string[] all = [.. lines];
        if (all.Length == 0)
            return;
        output.WriteLine("\n" + title);
        foreach (string line in all)
            output.WriteLine("    " + Shown.Line(line));
    }
}
