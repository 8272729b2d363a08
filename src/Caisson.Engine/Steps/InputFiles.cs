using System.Collections.Immutable;
using System.Diagnostics;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>The file system that an input of a program is, whichever kind of input it is.</summary>
internal static class InputFiles
{
    /// <summary>Its directories, the uppermost first, as overlay wants them.</summary>
    public static Task<ImmutableArray<string>> GetDirectoriesAsync(StepServices services, StepInput input, CancellationToken ct) => input switch
    {
        StepInput.State state => services.Forms.GetDirectoriesAsync(state.Files, ct),
        StepInput.Left left => Task.FromResult<ImmutableArray<string>>(left.WrittenPath is { } written ? [written, .. left.Layers] : left.Layers),
        _ => throw new UnreachableException(input.GetType().Name),
    };

    /// <summary>It as a tree to look at.</summary>
    public static async Task<MergedTree> OpenTreeAsync(StepServices services, StepInput input, bool withContent, CancellationToken ct) => input is StepInput.State state
        ? await services.Forms.OpenTreeAsync(state.Files, withContent, ct).ConfigureAwait(false)
        : services.Forms.OpenTree(await GetDirectoriesAsync(services, input, ct).ConfigureAwait(false));

    /// <summary>It as it was before the step wrote to it.</summary>
    public static async Task<MergedTree> OpenTreeBelowAsync(StepServices services, StepInput input, CancellationToken ct) =>
        await OpenTreeAsync(services, input is StepInput.Left left ? left with { WrittenPath = null } : input, withContent: true, ct).ConfigureAwait(false);
}
