using System.ComponentModel;
using System.Diagnostics;

namespace Caisson.Linux.Processes;

/// <summary>Starts processes in the namespaces that this process is in.</summary>
public sealed class DirectLauncher : IProcessLauncher
{
    /// <summary>The one there needs to be.</summary>
    public static DirectLauncher Instance { get; } = new();

    /// <inheritdoc/>
    public Task<Process> StartAsync(ProcessStartInfo start, CancellationToken ct) => Task.FromResult(Start(start));

    internal static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new ProcessStartException(start.FileName, "no process was started");
        }
        catch (Win32Exception e)
        {
            throw new ProcessStartException(start.FileName, Native.SystemCallException.Describe(e.NativeErrorCode), e);
        }
    }
}
