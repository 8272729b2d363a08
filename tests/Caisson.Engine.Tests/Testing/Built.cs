using System.Collections.Immutable;
using Caisson.Engine.Events;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Testing;

/// <summary>What came of a build, and what its reader saw.</summary>
internal sealed record Built(BuildResult Result, ImmutableArray<BuildEvent> Events)
{
    public Image Image => Result.Image ?? throw new InvalidOperationException("no image was asked for");

    public Digest Digest => Image.Descriptor.Digest;

    /// <summary>The steps of the Dockerfile, without exports, by how they ended: <c>COPY a / cached</c>, <c>COPY b / done</c>.</summary>
    public string[] Steps
    {
        get
        {
            Dictionary<Digest, string> names = Events.OfType<BuildEvent.StepStarted>().DistinctBy(static e => e.Step).ToDictionary(static e => e.Step, static e => e.Name);
            return
            [
                .. Events.OfType<BuildEvent.StepCompleted>()
                    .Select(e => (Name: names[e.Step], e.IsCached))
                    .Where(static s => s.Name.StartsWith('[') && !s.Name.Contains("FROM ", StringComparison.Ordinal))
                    .Select(static s => $"{s.Name[(s.Name.IndexOf(']', StringComparison.Ordinal) + 2)..]} {(s.IsCached ? "cached" : "done")}"),
            ];
        }
    }

    public string[] Warnings => [.. Events.OfType<BuildEvent.Warning>().Select(static w => w.Diagnostic.Message)];
}
