using System.Collections.Immutable;
using Caisson.Engine.Graph;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Planning;

/// <summary>The history of an image whose configuration came with a graph: a line for each layer, however many whoever made the graph took there to be.</summary>
internal static class GraphHistory
{
    /// <summary>The lines that were given, with those that are missing and without layers for those that are too many.</summary>
    /// <param name="given">The lines; null for none, which is how it stays.</param>
    /// <param name="result">What the image holds.</param>
    /// <param name="images">The images that the graph names.</param>
    public static ImmutableArray<HistoryEntry>? Of(ImmutableArray<HistoryEntry>? given, Node result, IReadOnlyDictionary<Reference, Image> images)
    {
        if (given is not { } lines)
            return null;
        ImmutableArray<string> layers = LayersOf(result, images);
        ImmutableArray<HistoryEntry>.Builder history = ImmutableArray.CreateBuilder<HistoryEntry>();
        int count = 0;
        foreach (HistoryEntry line in lines)
            history.Add(line.EmptyLayer == true || count++ < layers.Length ? line : line with { EmptyLayer = true });
        foreach (string layer in layers.Skip(count))
            history.Add(new HistoryEntry { CreatedBy = layer, Comment = "caisson" });
        return history.ToImmutable();
    }

    // What each came about by, the lowest first.
    private static ImmutableArray<string> LayersOf(Node result, IReadOnlyDictionary<Reference, Image> images)
    {
        List<string> layers = [];
        Node node = result;
        for (; node.Operation.IsStep; node = node.Inputs[0])
            layers.Add(RemoteText.Shown(node.Label.Text));
        int below = node.Operation switch { Operation.Image image => images[image.Reference].Layers.Length, Operation.Fetched => 1, _ => 0 };
        layers.AddRange(Enumerable.Repeat(RemoteText.Shown(node.Label.Text), below));
        layers.Reverse();
        return [.. layers];
    }
}
