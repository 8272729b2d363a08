using System.Collections.Immutable;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Imaging;

/// <summary>Makes one layer of several. It depends on nothing but what they hold.</summary>
/// <param name="forms">Has the layers.</param>
/// <param name="lists">Takes the list of the new one.</param>
internal sealed class LayerSquash(LayerForms forms, LayerLists lists)
{
    /// <summary>The same file system, with one layer in the place of all above some.</summary>
    /// <param name="state">The file system.</param>
    /// <param name="kept">How many layers stay, the lowest.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="IOException">A layer cannot be read.</exception>
    public async Task<FilesystemState> SquashAsync(FilesystemState state, int kept, CancellationToken ct)
    {
        FilesystemState below = state.Below(kept);
        SquashedEntries squashed = new(await forms.OpenTreeAsync(below, withContent: false, ct).ConfigureAwait(false));
        ImmutableArray<ContentRoot>.Builder roots = ImmutableArray.CreateBuilder<ContentRoot>();
        for (int i = kept; i < state.Layers.Length; i++)
        {
            using FileListTree said = new(await forms.OpenListAsync(state, i, ct).ConfigureAwait(false), []);
            roots.Add(new ContentRoot(await forms.OpenContentAsync(state, i, ct).ConfigureAwait(false), "", ""));
            int origin = roots.Count;
            squashed.Add(said.Entries().Select(e => e with { Origin = origin }));
        }
        return below.With(new Layer(lists.Publish(squashed.InOrder(), ct), new LayerOrigin.Listed(roots.ToImmutable())));
    }
}
