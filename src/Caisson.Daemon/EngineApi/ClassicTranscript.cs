using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;
using Caisson.Engine;
using Caisson.Engine.Events;
using Caisson.Oci.Model;

namespace Caisson.Daemon.EngineApi;

/// <summary>Tells of a build as the classic builder does: one instruction after the other, in the order of the Dockerfile, whatever order the engine does them in.</summary>
/// <param name="query">The build.</param>
/// <param name="say">Tells the client; a text at a time.</param>
/// <param name="identify">Finds a base image.</param>
internal sealed class ClassicTranscript(BuildQuery query, Func<string, Task> say, Func<Reference, Task<ClassicBase?>> identify)
{
    private const string Red = "\u001b[91m";
    private const string Plain = "\u001b[0m";

    // A message with several lines costs as much as one with one.
    private const int EnoughForMessage = 16 << 10;

    private readonly Dictionary<Digest, ClassicStep> _byDigest = [];
    private readonly Dictionary<int, Digest> _ends = [];
    private ClassicScript? _script;
    private bool _isRead;
    private int _next;
    private Digest? _last;
    private ClassicStep? _writing;

    /// <summary>Whether anything is told of the instructions.</summary>
    public bool HasBegun => _script is not null;

    /// <summary>The Dockerfile is known; nothing happens when it was before.</summary>
    public async Task BeginAsync(SourceText dockerfile)
    {
        if (_isRead)
            return;
        _isRead = true;
        _script = ClassicScript.Read(dockerfile, query);
        if (_script is null)
            return;
        foreach (string unused in query.Unused)
            await say($"[Warning] {unused}\n").ConfigureAwait(false);
        await AdvanceAsync().ConfigureAwait(false);
    }

    /// <summary>Something happened.</summary>
    /// <param name="happened">What.</param>
    /// <param name="isMoreKnown">Whether something else has happened by now, so that lines may wait for it.</param>
    public async Task TellAsync(BuildEvent happened, bool isMoreKnown = false)
    {
        if (_script is null)
            return;
        await TakeAsync(happened, _script).ConfigureAwait(false);
        if (_writing is { } writing && (!isMoreKnown || writing.Waiting >= EnoughForMessage))
            await FlushAsync(writing).ConfigureAwait(false);
    }

    private async Task TakeAsync(BuildEvent happened, ClassicScript script)
    {
        switch (happened)
        {
            case BuildEvent.StepStarted started when script.Find(started.Where, started.Stage) is { } step:
                _byDigest[started.Step] = step;
                step.Begin(started.Key ?? started.Step, started.IsCached);
                if (step is { IsImage: true, Base: null } && Reference.TryParse(started.Image ?? "", out Reference? image, out _) && await identify(image).ConfigureAwait(false) is { } found)
                    script.Trigger(step, found);
                if (step.IsAnnounced)
                    await FlushAsync(step).ConfigureAwait(false);
                break;
            case BuildEvent.StepOutput output when _byDigest.TryGetValue(output.Step, out ClassicStep? step):
                await WriteAsync(step, output.IsError ? $"{Red}{output.Text}{Plain}" : output.Text).ConfigureAwait(false);
                return;
            case BuildEvent.StepCompleted completed when _byDigest.TryGetValue(completed.Step, out ClassicStep? step):
                step.End(completed.IsCached);
                break;
            case BuildEvent.Warning { Diagnostic: { Code: not ['C', 'S', 'N', '1', ..] } warning }:
                await say($"[Warning] {warning.Message}\n").ConfigureAwait(false);
                return;
            default:
                return;
        }
        await AdvanceAsync().ConfigureAwait(false);
    }

    /// <summary>The build is done.</summary>
    /// <param name="id">The id of the image.</param>
    public async Task CompleteAsync(Digest id)
    {
        if (_script is null)
            return;
        for (; _next < _script.Steps.Length; _next++)
        {
            ClassicStep step = _script.Steps[_next];
            await AnnounceAsync(step).ConfigureAwait(false);
            await EndAsync(step, _next == _script.Steps.Length - 1 ? id : null).ConfigureAwait(false);
        }
    }

    /// <summary>What came of the image is told, after its id.</summary>
    /// <param name="unused">The build arguments that nothing declares.</param>
    public async Task WarnOfArgumentsAsync(ImmutableArray<string> unused)
    {
        if (!unused.IsEmpty)
            await say($"[Warning] One or more build-args [{string.Join(' ', unused)}] were not consumed\n").ConfigureAwait(false);
    }

    /// <summary>The build failed: what there is of the step that did is told, and the reason is returned.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="step">The step that failed; null when it was none.</param>
    /// <returns>The message, and the exit code that clients end with.</returns>
    public async Task<(string Message, int? Code)> FailAsync(BuildException failure, Digest? step)
    {
        if (_script is null || step is null || !_byDigest.TryGetValue(step, out ClassicStep? failed))
            return (ApiFailure.MessageOf(failure), null);
        await AnnounceAsync(failed).ConfigureAwait(false);
        await FlushAsync(failed).ConfigureAwait(false);
        if (failure.FailedStep is not { } program)
            return (ApiFailure.MessageOf(failure), null);
        string message = string.Create(CultureInfo.InvariantCulture, $"The command '{string.Join(' ', program.Command)}' returned a non-zero code: {program.ExitCode}");
        return (message, program.ExitCode);
    }

    private async Task AdvanceAsync()
    {
        // The last one waits for the image.
        for (; _next < _script!.Steps.Length; _next++) // called when there is one
        {
            ClassicStep step = _script.Steps[_next];
            await AnnounceAsync(step).ConfigureAwait(false);
            if (!IsDone(step) || _next == _script.Steps.Length - 1)
                break;
            await EndAsync(step, id: null).ConfigureAwait(false);
        }
    }

    // A step of which the engine never tells is the same as one of another stage, or nothing; one behind it shows that it is done.
    private bool IsDone(ClassicStep step) => !step.IsWork || step.IsLeftOut || step.HasEnded
        || (!step.HasBegun && _script!.Steps.Skip(_next + 1).TakeWhile(s => s.Stage == step.Stage).Any(static s => s.HasBegun)); // called when there is one

    private async Task AnnounceAsync(ClassicStep step)
    {
        if (step.IsAnnounced)
            return;
        step.IsAnnounced = true;
        if (!step.IsTrigger)
            await say(string.Create(CultureInfo.InvariantCulture, $"Step {_script!.NumberOf(step)}/{_script.Total} : {step.Text}\n")).ConfigureAwait(false); // called when there is one
        await FlushAsync(step).ConfigureAwait(false);
    }

    private async Task EndAsync(ClassicStep step, Digest? id)
    {
        if (step.IsLeftOut)
        {
            await say(" ---> Skipped: the target does not need this stage\n").ConfigureAwait(false);
            return;
        }
        if (step.IsCached)
            await say(" ---> Using cache\n").ConfigureAwait(false);
        else
            await FlushAsync(step).ConfigureAwait(false);
        if (step is { HasRun: true, Id: { } container })
            await say($" ---> Removed intermediate container {Short(container)}\n").ConfigureAwait(false);
        if (step.Stage < 0)
        {
            return; // Of arguments before the first FROM nothing comes.
        }
        Digest? result = id ?? IdOf(step);
        _last = result;
        if (result is not null)
            _ends[step.Stage] = result;
        if (step.Base is { Triggers: { Length: > 0 and var triggers } })
            await say(string.Create(CultureInfo.InvariantCulture, $"# Executing {triggers} build trigger{(triggers == 1 ? "" : "s")}\n")).ConfigureAwait(false);
        else if (_next + 1 == _script!.Steps.Length || !_script.Steps[_next + 1].IsTrigger) // called when there is one
            await say($" ---> {(result is null ? "" : Short(result))}\n").ConfigureAwait(false);
    }

    private Digest? IdOf(ClassicStep step) => step.Instruction is not FromInstruction
        ? step.IsWork && step.Id is { } own ? own : Digest.OfBytes(Encoding.UTF8.GetBytes($"{_last}\n{step.Text}"))
        : _script!.BaseOf(step.Stage) is { } parent ? _ends.GetValueOrDefault(parent) // called when there is one
        : step.Base?.Id;

    private async Task WriteAsync(ClassicStep step, string line)
    {
        if (_writing is { } other && other != step)
            await FlushAsync(other).ConfigureAwait(false);
        step.Write(line);
        if (step.IsAnnounced)
            _writing = step;
    }

    private async Task FlushAsync(ClassicStep step)
    {
        if (step is { HasRun: true, IsSaidToRun: false, Id: { } container })
        {
            step.IsSaidToRun = true;
            await say($" ---> Running in {Short(container)}\n").ConfigureAwait(false);
        }
        if (_writing == step)
            _writing = null;
        if (step.Waiting > 0)
            await say(step.TakeWritten()).ConfigureAwait(false);
    }

    private static string Short(Digest digest) => digest.Hex[..12];
}
