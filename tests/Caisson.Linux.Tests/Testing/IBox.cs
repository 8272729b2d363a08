using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;

namespace Caisson.Linux.Tests.Testing;

/// <summary>A sandbox with a layer that holds a shell.</summary>
internal interface IBox : IAsyncDisposable
{
    /// <summary>Runs a program on the layer and returns its exit code.</summary>
    Task<int> RunAsync(SandboxRequest request, IProcessOutput output, CancellationToken ct);
}
