using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Outlines;

/// <summary>Collects what steps mount.</summary>
internal sealed record OutlineMounts(ImmutableArray<OutlineMount> Secrets, ImmutableArray<OutlineMount> Agents, ImmutableArray<OutlineMount> Caches)
{
    public static OutlineMounts Of(IEnumerable<CheckedStage> stages)
    {
        Mount[] mounts =
        [
            .. stages.SelectMany(static s => s.Instructions)
                .Select(static i => i.Evaluation.Step)
                .OfType<Step.Run>()
                .SelectMany(static r => r.Mounts)
                .Select(static m => m.Mount)
                .OrderBy(static m => m.Origin.Flag.Span.Start),
        ];
        return new OutlineMounts(
            Collect(mounts.OfType<Mount.Secret>().Select(static m => (m.Id, m.IsRequired, m.Origin))),
            Collect(mounts.OfType<Mount.Ssh>().Select(static m => (m.Id, m.IsRequired, m.Origin))),
            Collect(mounts.OfType<Mount.Cache>().Select(static m => (m.Id, false, m.Origin))));
    }

    private static ImmutableArray<OutlineMount> Collect(IEnumerable<(string Id, bool IsRequired, MountFlag Origin)> mounts) =>
    [
        .. mounts.GroupBy(static m => m.Id, StringComparer.Ordinal)
            .Select(static g => new OutlineMount(g.Key, g.Any(static m => m.IsRequired), g.First().Origin.Flag.Span)),
    ];
}
