using System.Collections.Immutable;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Oci.Editing;

/// <summary>Takes the images for some platforms out of a graph.</summary>
public static class PlatformSelection
{
    /// <summary>The part of a graph that is for these platforms: one image as itself, several under an index of their own, with the attestations of each.</summary>
    /// <exception cref="TransferException">There is none for one of the platforms.</exception>
    public static async Task<ImageGraph> SelectAsync(ImageGraph graph, ImmutableArray<Platform> platforms, CancellationToken ct)
    {
        if (!graph.RootDocument.IsIndex)
            return await RequireAsync(graph, platforms, ct).ConfigureAwait(false);
        ImmutableArray<Descriptor> entries = EntriesOf(graph, graph.RootDocument);
        ImmutableArray<Descriptor> images = [.. entries.Where(static e => !ImageKinds.IsBeside(e))];
        ImmutableArray<Descriptor> chosen = [.. platforms.Select(p => Find(graph, images, p)).DistinctBy(static d => d.Digest)];
        if (chosen is [Descriptor only] && platforms.Length == 1)
            return graph.WithRoot(graph.Find(only.Digest) ?? throw new BlobNotFoundException(only.Digest, graph.Place));
        ImmutableArray<Descriptor> kept = [.. entries.Where(e => chosen.Any(c => c.Digest == e.Digest || IsAbout(e, c)))];
        return graph.WithRoot(GraphDocument.Of(graph.RootDocument.ReadIndex() with { Manifests = kept }));
    }

    /// <summary>The entries of an index, those of indexes within it in their place.</summary>
    internal static ImmutableArray<Descriptor> EntriesOf(ImageGraph graph, GraphDocument index)
    {
        ImmutableArray<Descriptor>.Builder entries = ImmutableArray.CreateBuilder<Descriptor>();
        foreach (Descriptor entry in index.ReadIndex().Manifests)
        {
            if (MediaTypes.IsIndex(entry.MediaType) && graph.Find(entry.Digest) is { } inner)
                entries.AddRange(EntriesOf(graph, inner));
            else
                entries.Add(entry);
        }
        return entries.ToImmutable();
    }

    /// <summary>Whether an entry speaks of another one.</summary>
    internal static bool IsAbout(Descriptor entry, Descriptor subject) => entry.Annotations?.GetValueOrDefault(ImageKinds.SubjectAnnotation) == subject.Digest.Value;

    private static Descriptor Find(ImageGraph graph, ImmutableArray<Descriptor> images, Platform platform)
    {
        if (new ImageIndex { SchemaVersion = 2, Manifests = images }.Find(platform) is { } found)
            return graph.Find(found.Digest) is null ? throw NotHere(graph, platform, found) : found;
        string[] offered = [.. images.Select(static i => i.Platform).OfType<Platform>().Select(static p => p.Normalize().ToString()).Distinct(StringComparer.Ordinal)];
        throw new TransferException(TransferProblem.NoSuchPlatform, $"{graph.Place} has no image for {platform}" + (offered.Length == 0 ? "" : $"; it has {string.Join(", ", offered)}"));
    }

    private static TransferException NotHere(ImageGraph graph, Platform platform, Descriptor found) =>
        new(TransferProblem.Incomplete, $"{graph.Place} names {found.Digest} for {platform}, but does not have it");

    private static async Task<ImageGraph> RequireAsync(ImageGraph graph, ImmutableArray<Platform> platforms, CancellationToken ct)
    {
        if (!ImageKinds.IsImage(graph.RootDocument.ReadManifest()))
            throw new TransferException(TransferProblem.NoImage, $"{graph.Place} is an artifact, which is for no platform");
        Image image = await graph.GetImageAsync(graph.Root, ct).ConfigureAwait(false);
        foreach (Platform platform in platforms)
        {
            if (!platform.Accepts(image.Config.Platform))
                throw new TransferException(TransferProblem.NoSuchPlatform, $"{graph.Place} has no image for {platform}; it is for {image.Config.Platform}");
        }
        return graph;
    }
}
