using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Sockets;
using Caisson.Engine.Steps;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>The gateway of one step: takes the connections of its programs, and remembers what went on.</summary>
internal sealed class GatewayStep : IStepNetwork
{
    private const int MaxConnections = 512;
    private const int MaxRefused = 1000;
    private const int MaxExchanges = 200_000;

    // Programs have ended, and their connections with them: what a server still sends is read to its end, so that it is known.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly LoopbackNetwork _network;
    private readonly StepTrust _trust;
    private readonly Action<StepException> _warn;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _refused = new();
    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private readonly SemaphoreSlim _room = new(MaxConnections);
    private readonly Lock _noting = new();
    private readonly SortedDictionary<int, RecordedExchange> _exchanges = [];
    private readonly SortedSet<string> _attempts = new(StringComparer.Ordinal);
    private readonly Task _accepting;
    private readonly Task _watching;
    private StepException? _refusal;
    private int _begun;

    /// <summary>Begins to listen.</summary>
    /// <param name="parts">What the steps of the build share.</param>
    /// <param name="upstream">Where its answers come from.</param>
    /// <param name="network">The step's network.</param>
    /// <param name="trust">What makes its programs trust the gateway.</param>
    /// <param name="warn">Takes what the user should know.</param>
    public GatewayStep(GatewayParts parts, IUpstream upstream, LoopbackNetwork network, StepTrust trust, Action<StepException> warn)
    {
        Parts = parts;
        Upstream = upstream;
        _network = network;
        _trust = trust;
        _warn = warn;
        _accepting = Task.Run(AcceptAsync);
        _watching = Task.Run(WatchAsync);
    }

    /// <summary>What the steps of the build share.</summary>
    public GatewayParts Parts { get; }

    /// <summary>Where its answers come from.</summary>
    public IUpstream Upstream { get; }

    /// <inheritdoc/>
    public string Path => _network.Path;

    /// <inheritdoc/>
    public ImmutableArray<SandboxMount> Mounts => _trust.Mounts;

    /// <inheritdoc/>
    public SubstitutedFiles? Substitutes => _trust.Bundles;

    /// <inheritdoc/>
    public CancellationToken Refused => _refused.Token;

    /// <inheritdoc/>
    public ImmutableArray<string> AddTo(ImmutableArray<string> environment) => GatewayVariables.AddTo(environment, _trust);

    /// <inheritdoc/>
    public async Task<string> CompleteAsync()
    {
        await StopAsync(_refusal is null ? Patience : TimeSpan.Zero).ConfigureAwait(false);
        if (_refusal is { } refusal)
            throw refusal;
        string file = Parts.Responses.NewFile();
        new NetworkRecord { Exchanges = [.. _exchanges.Values], Refused = [.. _attempts] }.Write(file);
        return file;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync(TimeSpan.Zero).ConfigureAwait(false);
        }
        finally
        {
            await _network.DisposeAsync().ConfigureAwait(false);
            _room.Dispose();
            _stop.Dispose();
            _ended.Dispose();
            _refused.Dispose();
        }
    }

    /// <summary>The number of a request that begins.</summary>
    public int Begin() => Interlocked.Increment(ref _begun);

    /// <summary>Remembers an exchange.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="exchange">What went on.</param>
    public void Note(int number, RecordedExchange exchange)
    {
        bool isFull;
        lock (_noting)
        {
            _exchanges[number] = exchange;
            isFull = _exchanges.Count > MaxExchanges;
        }
        if (isFull)
            Refuse("more of the network than is remembered", $"a step may ask {MaxExchanges} times", port: 0, ends: true);
    }

    /// <summary>What was remembered of a request; null when nothing was yet.</summary>
    public RecordedExchange? NotedAt(int number)
    {
        lock (_noting)
            return _exchanges.GetValueOrDefault(number);
    }

    /// <summary>Refuses something: it is told of, and ends the step where rules are in force.</summary>
    /// <param name="what">What was asked for.</param>
    /// <param name="rule">The rule that it breaks, in words.</param>
    /// <param name="port">The port that the program asked from; 0 where there is none.</param>
    /// <param name="ends">Whether it ends the step.</param>
    public void Refuse(string what, string rule, int port, bool ends)
    {
        what = Hide(what);
        lock (_noting)
        {
            // What ends the step does so however much was refused before.
            if (!_attempts.Add(what) && !ends)
                return;
            if (_attempts.Count > MaxRefused)
                _attempts.Remove(what);
            if (_attempts.Count >= MaxRefused && !ends)
                return;
        }
        string? process = port == 0 ? null : _network.FindProcess(port) is { } command ? Hide(command) : null;
        string told = process is null ? what : $"{what}, by {process}";
        if (ends)
            End(new StepException(EngineCodes.NetworkDenied, $"the step asked for {told}: {rule}", "allow it in the policy (--policy), or take it into the lock file (caisson lock)"));
        else
            _warn(new StepException(EngineCodes.NetworkRefused, $"refused: {told}: {rule}", "a step on the gateway reaches the network over HTTP and HTTPS through the proxy that its environment names, and in no other way"));
    }

    private void End(StepException refusal)
    {
        lock (_noting)
            _refusal ??= refusal;
        _refused.Cancel();
    }

    /// <summary>A text without the secrets of the build.</summary>
    public string Hide(string text) => Secrets.SecretMask.Hide(text, Parts.Secrets);

    private async Task StopAsync(TimeSpan patience)
    {
        if (_stop.IsCancellationRequested)
            return;
        await _ended.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        Task connections = Task.WhenAll(_connections.Keys);
        if (patience > TimeSpan.Zero)
            await Task.WhenAny(connections, Task.Delay(patience, _refused.Token)).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(connections, _watching).ConfigureAwait(false);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _room.WaitAsync(_ended.Token).ConfigureAwait(false);
                Socket socket = await _network.Listener.AcceptAsync(_ended.Token).ConfigureAwait(false);
                Task connection = Task.Run(() => ServeAsync(socket));
                _connections[connection] = 0;
                _ = connection.ContinueWith(ended => _connections.TryRemove(ended, out byte _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The step has ended.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await new GatewayConnection(this, socket).RunAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (StepException e)
        {
            End(e);
        }
        catch (BuildException e)
        {
            End(new StepException(e.Code, e.Message, e.Diagnostics[0].Hint, e));
        }
        catch (Exception e) // no request may bring the build down: the step ends, and says why
        {
            End(new StepException(EngineCodes.NetworkRefused, $"the gateway of the step failed: {Hide(e.Message)}", "build again; when it happens again, it is a defect", e));
        }
        finally
        {
            socket.Dispose();
            _room.Release();
        }
    }

    private async Task WatchAsync()
    {
        await foreach (NetworkAttempt attempt in _network.ReadAttemptsAsync(_stop.Token).ConfigureAwait(false))
        {
            string identifier = $"{attempt.Kind}://{attempt.Target}";
            if (Parts.Rules.JudgeAttempt(identifier) is { } rule)
                Refuse(identifier, rule, attempt.SourcePort, Parts.Rules.AreEnforced);
        }
    }
}
