using System.Text;
using Caisson.Engine.Events;
using Caisson.Oci.Model;

namespace Caisson.Engine.Reproducing;

/// <summary>The events of a build that is done once more, told among those of the build: as work beside its steps, which have been told of already.</summary>
/// <param name="build">Takes them.</param>
/// <param name="number">Which time it is.</param>
internal sealed class RepeatedEvents(EventLog build, int number)
{
    /// <summary>Tells what comes of a log until its end.</summary>
    public async Task TellAsync(EventLog log)
    {
        await foreach (BuildEvent happened in log.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (Of(happened) is { } told)
                build.Add(told);
        }
    }

    // Warnings were given the first time; why steps run is clear.
    private BuildEvent? Of(BuildEvent happened) => happened switch
    {
        BuildEvent.StepStarted e => new BuildEvent.StepStarted(NameOf(e.Step), $"build {number}: {e.Name}", Where: null) { At = build.Now },
        BuildEvent.StepOutput e => e with { Step = NameOf(e.Step), At = build.Now },
        BuildEvent.StepProgress e => e with { Step = NameOf(e.Step), At = build.Now },
        BuildEvent.StepCompleted e => e with { Step = NameOf(e.Step), At = build.Now },
        BuildEvent.StepFailed e => e with { Step = NameOf(e.Step), At = build.Now },
        BuildEvent.StepCancelled e => e with { Step = NameOf(e.Step), At = build.Now },
        _ => null,
    };

    private Digest NameOf(Digest step) => Digest.OfBytes(Encoding.UTF8.GetBytes($"build {number}/{step}"));
}
