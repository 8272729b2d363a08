using Caisson.Engine.Imaging;
using Caisson.Engine.Solving;

namespace Caisson.Engine.Tests.Solving.Replay;

/// <summary>Whether a build ended as it must after what happened to it.</summary>
/// <param name="graph">What was built.</param>
/// <param name="build">The build.</param>
/// <param name="isAlone">Whether no other went on at the same time.</param>
internal sealed class OutcomeCheck(RandomGraph graph, ReplayedBuild build, bool isAlone)
{
    /// <summary>Checks it.</summary>
    /// <returns>S, F or C: it succeeded, failed, was cancelled.</returns>
    public string Run()
    {
        Task<FilesystemState> result = build.Result;
        if (result.IsCompletedSuccessfully)
            return CheckSuccess(result.Result);
        if (result.IsCanceled)
        {
            Require(build.IsCancelled, "counts as cancelled, and was not");
            Require(!build.Failures.Exists(f => f.Step.Build == build), "counts as cancelled, and a step of it had failed before");
            return "C";
        }
        return CheckFailure(result.Exception!.InnerExceptions); // it has one: neither of the two above
    }

    private string CheckSuccess(FilesystemState state)
    {
        Require(!build.Failures.Exists(f => f.Step.Build == build), "succeeded although a step of it failed");
        Require(state.Layers.Select(static l => l.Id).SequenceEqual(graph.StateOf(build.Target)), "has another result than one step after the other would have");
        if (isAlone && !graph.HasTwins)
            Require(build.Due.SetEquals(build.Begun), "did not do all that was needed");
        return "S";
    }

    private string CheckFailure(System.Collections.ObjectModel.ReadOnlyCollection<Exception> exceptions)
    {
        Require(exceptions is [StepFailure], $"ended with {exceptions[0]}");
        StepFailure told = (StepFailure)exceptions[0];
        Require(build.Failures.Count > 0, $"failed with \"{told.Message}\", and nothing had failed");
        (ScriptedStep first, Exception cause) = build.Failures[0];
        // A step that another build began may have failed before this one asked for it.
        if (isAlone || first.Build == build)
            Require(told.Reason == cause && told.Node == first.Node, $"tells \"{told.Message}\", and the first failure was \"{cause.Message}\"");
        else
            Require(build.Failures.Exists(f => f.Failure == told.Reason && f.Step.Node == told.Node), $"tells \"{told.Message}\", which is no failure of it");
        return "F";
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new BrokenScheduleException($"{build.Name} {otherwise}");
    }
}
