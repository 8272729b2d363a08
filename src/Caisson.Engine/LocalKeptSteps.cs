using Caisson.Engine.Secrets;
using Caisson.Engine.Steps;
using Caisson.Linux.Native;

namespace Caisson.Engine;

/// <summary>The failed steps that the store keeps (<see cref="FailureAction.Keep"/>). A kept step stays as it failed, whatever is done in it.</summary>
/// <remarks>Thread-safe, and safe between processes.</remarks>
public sealed class LocalKeptSteps
{
    private static readonly IdLookup Lookup = new("kept step", "kept steps", "", "none is kept", "caisson shell --list shows them", EngineCodes.UnknownKeptStep, EngineCodes.AmbiguousKeptStep);

    private readonly EngineParts _parts;

    internal LocalKeptSteps(EngineParts parts) => _parts = parts;

    /// <summary>All of them, the newest first.</summary>
    public IReadOnlyList<KeptStep> List() => [.. _parts.KeptSteps.Ids().Reverse().Select(_parts.KeptSteps.TryRead).OfType<KeptStep>()];

    /// <summary>The step that a name stands for: its id, the beginning of its id when no other begins so, or <c>^</c> and how many came after it (<c>^0</c> is the newest).</summary>
    /// <exception cref="BuildException">There is no such step, or more than one.</exception>
    public KeptStep Find(string name)
    {
        string[] ids = [.. _parts.KeptSteps.Ids().Reverse()];
        if (ids.Length == 0)
            throw new BuildException(EngineCodes.UnknownKeptStep, "no failed step is kept", "caisson build --on-fail=keep keeps the step that fails");
        return Lookup.Find(name, ids, id => _parts.KeptSteps.TryRead(id) ?? throw Unusable(id, "its definition cannot be read", cause: null));
    }

    /// <summary>Runs a shell, or another program, where the step failed, with this process's streams and signals.</summary>
    /// <returns>The program's exit code.</returns>
    /// <exception cref="BuildException">The step is damaged, has no shell, or the sandbox cannot be set up.</exception>
    public async Task<int> EnterAsync(KeptStep step, ShellRequest request, CancellationToken ct = default)
    {
        using IDisposable use = _parts.Work.Claims.Begin();
        FailedRun run;
        try
        {
            run = _parts.KeptSteps.Open(step.Id);
            _parts.KeptSteps.MarkUsed(step.Id, FileTime.Of(_parts.Options.Time.GetUtcNow()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw Unusable(step.Id, e.Message, e);
        }
        return await new StepEntry(_parts, step.Shell).RunAsync(run, request, SecretStore.Open(request.Secrets), ct).ConfigureAwait(false);
    }

    private static BuildException Unusable(string id, string reason, Exception? cause) =>
        new(EngineCodes.KeptStepUnusable, $"the kept step {id} cannot be entered: {reason}", $"build again with --on-fail=keep; caisson prune --filter type={CacheEntryTypes.FailedStep} removes what is kept", cause);
}
