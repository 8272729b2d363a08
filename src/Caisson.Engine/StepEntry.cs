using System.Runtime.CompilerServices;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Devices;
using Caisson.Engine.Events;
using Caisson.Engine.Imaging;
using Caisson.Engine.Planning;
using Caisson.Engine.Secrets;
using Caisson.Engine.Steps;

namespace Caisson.Engine;

/// <summary>Enters a failed step.</summary>
/// <param name="parts">The engine.</param>
/// <param name="shell">The shell that the Dockerfile was written for; null when that is not known.</param>
internal sealed class StepEntry(EngineParts parts, string? shell)
{
    /// <summary>Runs a program there to its end, and returns its exit code.</summary>
    /// <param name="run">What failed.</param>
    /// <param name="request">What is run.</param>
    /// <param name="secrets">The secrets that it may have.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="BuildException">It cannot be entered.</exception>
    public async Task<int> RunAsync(FailedRun run, ShellRequest request, SecretStore secrets, CancellationToken ct)
    {
        if (RunRefusal.Of(parts.Options.Ladder) is { } refusal)
            throw refusal.At(where: null);
        SshAgents agents = SshAgents.Open(request.SshAgents, parts.Sandbox, parts.Work);
        await using ConfiguredAsyncDisposable agentsEnd = agents.ConfigureAwait(false);
        using LayerForms forms = parts.NewForms(new EventLog(parts.Options.Time));
        using ArchiveTrees archives = new(parts.Work);
        StepServices services = parts.NewSteps(forms, archives, secrets, agents, DeviceCatalog.Of(request.DeviceDirectories));
        ShellProgram program = new(request.Arguments) { Shell = shell, HasTerminal = request.HasTerminal, TerminalType = request.TerminalType };
        StepShell entered = new(services, warning => request.Warned(new Diagnostic(warning.Code, Severity.Warning, warning.Message, Where: null, warning.Hint)));
        try
        {
            return await entered.RunAsync(run, program, request.Entering, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException && e is not BuildException && Failures.Explain(e, parts.Options.StatePath) is { } explained)
        {
            throw explained;
        }
    }
}
