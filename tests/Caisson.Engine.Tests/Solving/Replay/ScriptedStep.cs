using Caisson.Engine.Graph;

namespace Caisson.Engine.Tests.Solving.Replay;

/// <summary>A step that has begun and ends when the schedule says so.</summary>
/// <param name="node">What it is.</param>
/// <param name="build">The build that began it.</param>
/// <param name="ct">Asks it to end.</param>
internal sealed class ScriptedStep(Node node, ReplayedBuild build, CancellationToken ct)
{
    private readonly TaskCompletionSource _end = new();

    public Node Node => node;

    public ReplayedBuild Build => build;

    public bool IsCancelled => ct.IsCancellationRequested;

    /// <summary>What it does since it was cancelled.</summary>
    public StepFate Fate { get; set; }

    public Task End => _end.Task;

    public void Complete() => _end.SetResult();

    public void Fail(Exception failure) => _end.SetException(failure);

    public void EndCancelled() => _end.SetCanceled(ct);
}
