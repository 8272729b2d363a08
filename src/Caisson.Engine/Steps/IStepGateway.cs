using Caisson.Engine.Graph;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Steps;

/// <summary>Gives programs of steps the network through a gateway.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IStepGateway
{
    /// <summary>Makes the network of one step.</summary>
    /// <param name="step">The step's name in the build.</param>
    /// <param name="run">What it does.</param>
    /// <param name="root">Its root, to look at.</param>
    /// <param name="warn">Takes what the user should know.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="SandboxException">The kernel does not allow it.</exception>
    Task<IStepNetwork> OpenAsync(string step, Operation.Run run, IFileTree root, Action<StepException> warn, CancellationToken ct);

    /// <summary>Whether what a step did on the network earlier may be relied on now.</summary>
    /// <param name="record">The file that tells it; null when nothing does.</param>
    /// <param name="ct">Gives up.</param>
    Task<bool> AcceptsAsync(string? record, CancellationToken ct);
}
