using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Caisson.IntegrationTests.Testing;

/// <summary>A process that serves until it is told to stop, and that stops by itself when the process of the tests is gone.</summary>
/// <remarks>
/// A shell stands between: it sends the signal to the server, by its process id, when its own input ends, which it also does when the
/// process of the tests dies.
/// </remarks>
internal sealed class Server : IAsyncDisposable
{
    private const string Keeper = """
        signal=$1; shift
        "$@" </dev/null &
        server=$!
        (read -r _; kill "-$signal" $server 2>/dev/null; true) <&3 &
        keeper=$!
        exec 3<&-
        wait $server
        code=$?
        kill $keeper 2>/dev/null
        exit $code
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly Lock _lock = new();
    private readonly Task _reading;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Server(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>What it has said so far.</summary>
    public ImmutableArray<string> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    /// <summary>The number of the shell; the server is its child.</summary>
    public int KeeperId => _process.Id;

    /// <summary>Starts a server.</summary>
    /// <param name="start">The program.</param>
    /// <param name="signal">The signal that asks it to stop.</param>
    public static Server Start(ProcessStartInfo start, string signal = "TERM")
    {
        string[] command = [start.FileName, .. start.ArgumentList];
        start.FileName = "sh";
        start.ArgumentList.Clear();
        foreach (string argument in (string[])["-c", "exec 3<&0; " + Keeper, "keeper", signal, .. command])
            start.ArgumentList.Add(argument);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        return new Server(Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start"));
    }

    /// <summary>Waits until it says something and returns what matched.</summary>
    public async Task<Match> SaysAsync(Regex expected)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience);
        while (true)
        {
            // Looked at before the lines: what it said last is among them then.
            bool hasEnded = _reading.IsCompleted;
            Task more;
            lock (_lock)
                more = _more.Task;
            if (Lines.Select(line => expected.Match(line)).FirstOrDefault(static m => m.Success) is { } match)
                return match;
            Assert.False(hasEnded, $"it ended without saying {expected}:\n{string.Join('\n', Lines)}");
            try
            {
                await Task.WhenAny(more, _reading).WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                Assert.Fail($"it did not say {expected}:\n{string.Join('\n', Lines)}");
            }
        }
    }

    /// <summary>Asks it to stop and returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        _process.StandardInput.Close();
        try
        {
            await Task.WhenAll(_process.WaitForExitAsync(ct), _reading).WaitAsync(Patience, ct);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            Assert.Fail($"it did not stop:\n{string.Join('\n', Lines)}");
        }
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using CancellationTokenSource deadline = new(Patience);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            await _reading;
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader stream)
    {
        while (await stream.ReadLineAsync() is { } line)
        {
            TaskCompletionSource seen;
            lock (_lock)
            {
                _lines.Add(line);
                seen = _more;
                _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            seen.SetResult();
        }
    }
}
