using System.Diagnostics;

namespace Caisson.Linux.Processes;

/// <summary>Starts processes: in the caller's namespaces, or in those of a build.</summary>
public interface IProcessLauncher
{
    /// <summary>Starts a process.</summary>
    /// <exception cref="ProcessStartException">The program is not there or may not be run.</exception>
    Task<Process> StartAsync(ProcessStartInfo start, CancellationToken ct);
}
