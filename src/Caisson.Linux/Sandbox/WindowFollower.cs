using System.Runtime.InteropServices;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;

namespace Caisson.Linux.Sandbox;

/// <summary>While it lives, the terminal of a container takes every size that the window of this process's terminal takes. For runtimes that do not see to it (crun 1.8).</summary>
internal sealed class WindowFollower : IDisposable
{
    private readonly PosixSignalRegistration _changed;

    /// <summary>Starts following.</summary>
    /// <param name="starterId">The process that started the runtime, whose only child that is.</param>
    public WindowFollower(int starterId)
    {
        _changed = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ =>
        {
            if (TerminalWindow.OfInput is { } window && ChildProcess.Of(starterId) is { } runtime && ChildProcess.Of(runtime) is { } program)
                window.TryGiveTo($"/proc/{program}/fd/0");
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _changed.Dispose();
}
