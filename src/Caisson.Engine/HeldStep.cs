using Caisson.Engine.Secrets;
using Caisson.Engine.Steps;

namespace Caisson.Engine;

/// <summary>A step whose program failed, as it was left. It is there until this is disposed; nothing that is done in it reaches the cache or an image.</summary>
public sealed class HeldStep : IDisposable
{
    private readonly StepEntry _entry;
    private readonly FailedRun _run;
    private readonly BuildRequest _request;
    private readonly SecretStore _secrets;
    private readonly IDisposable _use;

    internal HeldStep(StepEntry entry, FailedRun run, BuildRequest request, SecretStore secrets, IDisposable use)
    {
        _entry = entry;
        _run = run;
        _request = request;
        _secrets = secrets;
        _use = use;
    }

    /// <summary>What people read of the step, for example <c>[build 3/5] RUN go build ./...</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Runs a shell, or another program, in the step's surroundings, with the secrets and agents of its build, and returns its exit code.</summary>
    /// <exception cref="BuildException">There is no shell, or the sandbox cannot be set up.</exception>
    public Task<int> EnterAsync(ShellRequest request, CancellationToken ct = default) =>
        _entry.RunAsync(_run, request with { SshAgents = _request.SshAgents, DeviceDirectories = _request.DeviceDirectories }, _secrets, ct);

    /// <summary>Lets what it stands on be removed.</summary>
    public void Dispose() => _use.Dispose();
}
