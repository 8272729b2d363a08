using System.Collections.Immutable;
using Caisson.Engine;
using Caisson.Oci.Editing;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Commands.Images;

/// <summary>Images that go into an index.</summary>
internal static class SourceImages
{
    /// <summary>Opens them; of those for several platforms, only what is asked for.</summary>
    public static async Task<ImmutableArray<ImageGraph>> OpenAsync(PlaceAccess places, string[] images, ImmutableArray<Platform> platforms, CancellationToken ct)
    {
        ImmutableArray<ImageGraph>.Builder graphs = ImmutableArray.CreateBuilder<ImageGraph>();
        foreach (string image in images)
        {
            ImageGraph graph = await places.OpenAsync(PlaceArguments.ReadPlace(image), GraphReading.All, ct);
            graphs.Add(platforms.IsEmpty || !graph.RootDocument.IsIndex ? graph : await PlatformSelection.SelectAsync(graph, platforms, ct));
        }
        return graphs.ToImmutable();
    }
}
