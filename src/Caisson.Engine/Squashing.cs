using System.Collections.Immutable;
using Caisson.Engine.Exporting;
using Caisson.Engine.Imaging;
using Caisson.Engine.Planning;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>Makes one layer of all that the last stage of a build put on top of its base, and tells of it in the history as Docker does.</summary>
/// <remarks>The lines of the history stay, without layers; one more says which image became one with which. Those two are made for their ids.</remarks>
/// <param name="forms">Makes the forms of layers.</param>
/// <param name="squash">Makes one layer of several.</param>
internal sealed class Squashing(LayerForms forms, LayerSquash squash)
{
    /// <summary>The same result with one layer.</summary>
    /// <param name="result">The result.</param>
    /// <param name="plan">What it is the result of.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<Exportable> SquashAsync(Exportable result, BuildPlan plan, CancellationToken ct)
    {
        int kept = plan.Base is { } below ? result.Files.Layers.Length - below.CountAbove(plan.Result) : 0;
        if (kept == result.Files.Layers.Length)
            return result; // there is nothing on top
        Digest whole = await IdOfAsync(result, ct).ConfigureAwait(false);
        string comment = plan.Base is { } known ? $"merge {whole} to {known.ImageId ?? await IdOfAsync(result with { Config = known.Config, Files = result.Files.Below(kept) }, ct).ConfigureAwait(false)}" : $"create new from {whole}";
        int earlier = plan.Base?.Config.History?.Length ?? 0;
        ImmutableArray<HistoryEntry> history = result.Config.History ?? [];
        return result with
        {
            Files = await squash.SquashAsync(result.Files, kept, ct).ConfigureAwait(false),
            Config = result.Config with
            {
                History =
                [
                    .. history.Take(earlier), .. history.Skip(earlier).Select(static e => e with { EmptyLayer = true }),
                    new HistoryEntry { Created = result.Config.Created, Comment = comment },
                ],
            },
        };
    }

    private async Task<Digest> IdOfAsync(Exportable result, CancellationToken ct) =>
        (await new ImageAssembly(forms, new Export.Store([])).MakeAsync(new ExportableSet([result], AreTold: false), ct).ConfigureAwait(false)).ImageId!; // it is one image
}
