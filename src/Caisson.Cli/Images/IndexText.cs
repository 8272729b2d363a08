using System.Collections.Immutable;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Images;

/// <summary>An index, or an artifact that is no image, for people.</summary>
internal static class IndexText
{
    /// <summary>Writes what it is and what it names.</summary>
    public static void Write(ImageGraph graph, TextWriter output)
    {
        Columns facts = new(output, null, "", "");
        facts.Add("Place:", Shown.Line(graph.Place));
        facts.Add("Digest:", graph.Root.Digest.Value);
        facts.Add("Media type:", Shown.Line(graph.Root.MediaType));
        bool isIndex = graph.RootDocument.IsIndex;
        if (!isIndex && (graph.RootDocument.ReadManifest() is var manifest) && (manifest.ArtifactType ?? manifest.Config.MediaType) is { } kind)
            facts.Add("Artifact:", Shown.Line(kind));
        facts.Write();
        ImmutableSortedDictionary<string, string>? annotations = isIndex ? graph.RootDocument.ReadIndex().Annotations : graph.RootDocument.ReadManifest().Annotations;
        if (annotations is { Count: > 0 })
            output.WriteLine("\nAnnotations");
        foreach ((string name, string value) in annotations ?? ImmutableSortedDictionary<string, string>.Empty)
            output.WriteLine($"    {Shown.Line(name)}={Shown.Line(value)}");
        if (!isIndex)
            return;
        output.WriteLine();
        WriteEntries(graph, output);
    }

    /// <summary>Writes what an index names, one entry a line.</summary>
    public static void WriteEntries(ImageGraph graph, TextWriter output)
    {
        Columns entries = new(output, null, "PLATFORM", "DIGEST", "TYPE");
        ImageIndex index = graph.RootDocument.ReadIndex();
        foreach (Descriptor entry in index.Manifests)
            entries.Add(EntryName.Of(entry, index), entry.Digest.Value, ShortType(entry));
        entries.Write();
    }

    private static string ShortType(Descriptor entry) => entry.MediaType switch
    {
        MediaTypes.OciManifest => "oci manifest",
        MediaTypes.OciIndex => "oci index",
        MediaTypes.DockerManifest => "docker manifest",
        MediaTypes.DockerIndex => "docker index",
        string other => Shown.Type(other),
    };
}
