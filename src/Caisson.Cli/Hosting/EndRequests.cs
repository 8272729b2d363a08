using System.Runtime.InteropServices;

namespace Caisson.Cli.Hosting;

/// <summary>Signals that ask a daemon to end: the first for an end with grace, the second for one without, the third for one at once.</summary>
internal sealed class EndRequests : IDisposable
{
    private readonly PosixSignalRegistration[] _signals;
    private readonly CancellationTokenSource _asked = new();
    private readonly CancellationTokenSource _hurried = new();
    private int _count;

    /// <summary>Listens from now on.</summary>
    public EndRequests() => _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, Count))];

    /// <summary>The daemon is to end.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>It is to wait for nobody.</summary>
    public CancellationToken Hurried => _hurried.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        _asked.Dispose();
        _hurried.Dispose();
    }

    private void Count(PosixSignalContext context)
    {
        int count = Interlocked.Increment(ref _count);
        context.Cancel = count <= 2;
        if (count <= 2)
            (count == 1 ? _asked : _hurried).Cancel();
    }
}
