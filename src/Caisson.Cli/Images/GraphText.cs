using Caisson.Cli.Progress;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Images;

/// <summary>All that an image consists of, as a tree for people.</summary>
/// <param name="output">Where to.</param>
/// <param name="hasWholeDigests">Whether digests are shown whole.</param>
/// <param name="width">How long a line may be; null for any length.</param>
internal sealed class GraphText(TextWriter output, bool hasWholeDigests, int? width)
{
    // A hostile index names one child many times, and that the next: each is shown once with what is in it.
    private readonly HashSet<Digest> _shown = [];
    private readonly Columns _rows = new(output, hasWholeDigests ? null : width, "", ">SIZE", "DIGEST", "MEDIA TYPE");

    /// <summary>Writes it.</summary>
    public void Write(ImageGraph graph)
    {
        output.WriteLine(Shown.Line(graph.Place));
        Add(graph, new Line("", "", RootName(graph.RootDocument), graph.Root));
        _rows.Write();
        if (graph.Referrers.IsEmpty)
            return;
        output.WriteLine("\nReferrers");
        Columns referrers = new(output, hasWholeDigests ? null : width, ">SIZE", "DIGEST", "OF", "ARTIFACT TYPE");
        foreach (Descriptor referrer in graph.Referrers)
        {
            GraphDocument? document = graph.Find(referrer.Digest);
            ImageManifest? manifest = document is { IsIndex: false } ? document.ReadManifest() : null;
            string type = referrer.ArtifactType ?? manifest?.ArtifactType ?? manifest?.Config.MediaType ?? "";
            Digest? subject = manifest?.Subject?.Digest;
            referrers.Add(Bytes.Show(referrer.Size), Name(referrer.Digest), subject is null ? "" : Name(subject), Shown.Type(type));
        }
        referrers.Write();
    }

    private void Add(ImageGraph graph, Line line)
    {
        GraphDocument? document = graph.Find(line.Blob.Digest);
        bool isDocument = MediaTypes.IsIndex(line.Blob.MediaType) || MediaTypes.IsManifest(line.Blob.MediaType);
        string name = isDocument && document is null ? line.Name + " (not here)" : line.Name;
        bool isAgain = document is not null && !_shown.Add(line.Blob.Digest);
        if (isAgain)
            name += " (shown above)";
        _rows.Add(line.Mark + name, SizeOf(line.Blob, document), Name(line.Blob.Digest), Shown.Type(line.Blob.MediaType));
        if (document is null || isAgain)
            return;
        (string Name, Descriptor Blob)[] parts = [.. PartsOf(document)];
        for (int i = 0; i < parts.Length; i++)
        {
            bool isLast = i == parts.Length - 1;
            Add(graph, new Line(line.Indent + (isLast ? "└─ " : "├─ "), line.Indent + (isLast ? "   " : "│  "), parts[i].Name, parts[i].Blob));
        }
    }

    private static IEnumerable<(string Name, Descriptor Blob)> PartsOf(GraphDocument document)
    {
        if (document.IsIndex)
        {
            ImageIndex index = document.ReadIndex();
            return index.Manifests.Select(m => (EntryName.Of(m, index), m));
        }
        ImageManifest manifest = document.ReadManifest();
        bool isImage = ImageKinds.IsImage(manifest);
        return manifest.Layers.Select(l => (isImage ? "layer" : "content", l)).Prepend(("config", manifest.Config));
    }

    private static string RootName(GraphDocument root) => root.IsIndex ? "index" : ImageKinds.IsImage(root.ReadManifest()) ? "image" : "artifact";

    // Of an image what its layers take, not the few bytes of its manifest.
    private static string SizeOf(Descriptor blob, GraphDocument? document) =>
        Bytes.Show(document is { IsIndex: false } ? document.ReadManifest().Layers.Sum(static l => l.Size) : blob.Size);

    private string Name(Digest digest) => hasWholeDigests ? digest.Value : Shown.Short(digest);

    private sealed record Line(string Mark, string Indent, string Name, Descriptor Blob);
}
