using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.History;
using Caisson.Engine.Solving;
using Caisson.Engine.Steps;

namespace Caisson.Engine;

/// <summary>Does with the surroundings of a failed step what the build was asked to. Until it is disposed, what they stand on is not removed.</summary>
internal sealed class FailureKeeping : IDisposable
{
    private readonly EngineParts _parts;
    private readonly BuildRequest _request;
    private readonly EventLog _events;
    private readonly IDisposable _use;

    public FailureKeeping(EngineParts parts, BuildRequest request, EventLog events)
    {
        _parts = parts;
        _request = request;
        _events = events;
        _use = parts.Work.Claims.Begin();
    }

    /// <summary>Takes what failed programs leave.</summary>
    public FailedRuns Runs { get; } = new();

    /// <summary>The step that failed, when it was to be held: then it keeps what it stands on.</summary>
    public HeldStep? Held { get; private set; }

    /// <summary>Keeps or holds the step that failed.</summary>
    /// <param name="failure">Its failure.</param>
    /// <param name="explained">The same for the user; null for a defect.</param>
    /// <param name="buildId">The name of the build in the history; null when it is not recorded.</param>
    /// <returns>The name that it was kept by; null when it was not.</returns>
    public string? Keep(StepFailure failure, BuildException? explained, string? buildId)
    {
        if (Runs.Find(failure.Reason) is not { } run)
        {
            Warn(EngineCodes.NothingToEnter, "no program of a step failed: there is nothing to enter", "--on-fail is about RUN; other steps leave nothing behind");
            return null;
        }
        string? shell = failure.Node.Label.Shell;
        string name = failure.Node.Label.Text;
        if (_request.OnFailure == FailureAction.Hold)
        {
            Held = new HeldStep(new StepEntry(_parts, shell), run, _request, Runs.Secrets, _use) { Name = name };
            return null;
        }
        DateTimeOffset now = _parts.Options.Time.GetUtcNow();
        KeptStep step = new(buildId ?? BuildId.Of(BuildId.NumberAt(now)), name, now)
        {
            ExitCode = explained?.FailedStep?.ExitCode,
            Dockerfile = RecordedRun.DockerfileOf(_request),
            Shell = shell,
        };
        try
        {
            return _parts.KeptSteps.Add(step, run).Id;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What failed first is what its user is told.
            Warn(EngineCodes.StepNotKept, $"the failed step could not be kept: {e.Message}", "free some space, and build again");
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Held is null)
            _use.Dispose();
    }

    private void Warn(string code, string message, string hint) => _events.Add(new BuildEvent.Warning(new Diagnostic(code, Severity.Warning, message, Where: null, hint)) { At = _events.Now });
}
