using System.Net;
using Caisson.Linux.Processes;

namespace Caisson.Linux.Sandbox;

/// <summary>Runs programs in containers.</summary>
/// <remarks>Thread-safe: several containers may run at once.</remarks>
public interface ISandbox
{
    /// <summary>Runs a program to its end in a new container, which is gone when this returns, and returns its exit code.</summary>
    /// <param name="request">The program and its surroundings.</param>
    /// <param name="output">Takes its output; null gives it this process's own streams and signals.</param>
    /// <param name="ct">When cancelled, everything in the container is killed before the call fails.</param>
    /// <exception cref="SandboxException">The container could not be set up, or there is no runtime.</exception>
    Task<int> RunAsync(SandboxRequest request, IProcessOutput? output, CancellationToken ct);

    /// <summary>Makes a network for a container that holds a loopback only, with a socket that listens inside.</summary>
    /// <param name="architecture">The processor that the container's program is made for, as GOARCH; null for the machine's own.</param>
    /// <param name="listenAt">The address on the loopback to listen at.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="SandboxException">The kernel does not allow it.</exception>
    Task<LoopbackNetwork> CreateNetworkAsync(string? architecture, IPEndPoint listenAt, CancellationToken ct);
}
