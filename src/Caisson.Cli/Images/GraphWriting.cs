using Caisson.Cli.Hosting;
using Caisson.Engine;
using Caisson.Oci.Editing;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Images;

/// <summary>Writes a graph to a place and tells people about it; the digest goes to standard output.</summary>
/// <param name="places">Writes.</param>
/// <param name="environment">Says what the terminal is like.</param>
/// <param name="isQuiet">Whether only the digest is shown.</param>
internal sealed class GraphWriting(PlaceAccess places, HostEnvironment environment, bool isQuiet)
{
    /// <summary>Does it.</summary>
    public async Task WriteAsync(EditedGraph edited, ImagePlace target, CancellationToken ct)
    {
        CopyProgress progress = new(Console.Error, edited.Graph, environment.HasTerminal && !isQuiet, TimeProvider.System);
        if (!isQuiet)
        {
            foreach (string note in edited.LeftOut)
                await Console.Error.WriteLineAsync($"left out: {note}");
        }
        try
        {
            await places.WriteAsync(edited.Graph.Through(blobs => new WatchedBlobs(blobs, progress)), target, ct);
        }
        finally
        {
            progress.Clear();
        }
        if (!isQuiet)
            await Console.Error.WriteLineAsync($"{Shown.Line(edited.Graph.Place)} -> {Shown.Line(target.ToString())}: {progress.Summary}");
        await Console.Out.WriteLineAsync(edited.Graph.Root.Digest.Value);
    }
}
