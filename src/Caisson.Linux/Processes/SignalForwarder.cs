using System.Runtime.InteropServices;
using Caisson.Linux.Native;

namespace Caisson.Linux.Processes;

/// <summary>While it lives, signals to this process go to the child of another one instead.</summary>
public sealed class SignalForwarder : IDisposable
{
    private const int Hangup = 1;
    private const int Interrupt = 2;
    private const int Quit = 3;
    private const int Terminate = 15;
    private const int User1 = 10;
    private const int User2 = 12;
    private const int WindowChanged = 28;

    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Starts forwarding.</summary>
    /// <param name="parentId">The other process: one that starts a single child and ends as it does.</param>
    /// <param name="stopSignal">What it gets when this one is told to end (SIGTERM).</param>
    /// <param name="sharesTerminal">Whether both are in the foreground of one terminal, which then sends its own signals to both.</param>
    public SignalForwarder(int parentId, int stopSignal, bool sharesTerminal)
    {
        int[] signals = sharesTerminal ? [Hangup, Terminate, User1, User2] : [Hangup, Interrupt, Quit, Terminate, User1, User2, WindowChanged];
        foreach (int signal in signals)
        {
            int forwarded = signal == Terminate ? stopSignal : signal;
            _registrations.Add(PosixSignalRegistration.Create((PosixSignal)signal, context =>
            {
                context.Cancel = true;
                CurrentProcess.Signal(ChildProcess.Of(parentId) ?? parentId, forwarded);
            }));
        }
        if (sharesTerminal)
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, static context => context.Cancel = true));
    }

    /// <inheritdoc/>
    public void Dispose() => _registrations.ForEach(static r => r.Dispose());
}
