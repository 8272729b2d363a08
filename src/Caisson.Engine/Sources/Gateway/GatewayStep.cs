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

    private readonly LoopbackNetwork _network;
    private readonly StepTrust _trust;
    private readonly Action<StepException> _warn;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _refused = new();
    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private readonly SemaphoreSlim _room = new(MaxConnections);
    private readonly Lock _noting = new();
    private readonly SortedDictionary<int, RecordedExchange> _exchanges = [];
    private readonly List<string> _attempts = [];
    private readonly Task _accepting;
    private readonly Task _watching;
    private StepException? _refusal;
    private int _begun;

    /// <summary>Begins to listen.</summary>
    /// <param name="parts">What the steps of the build share.</param>
    /// <param name="network">The step's network.</param>
    /// <param name="trust">What makes its programs trust the gateway.</param>
    /// <param name="warn">Takes what the user should know.</param>
    public GatewayStep(GatewayParts parts, LoopbackNetwork network, StepTrust trust, Action<StepException> warn)
    {
        Parts = parts;
        _network = network;
        _trust = trust;
        _warn = warn;
        _accepting = Task.Run(AcceptAsync);
        _watching = Task.Run(WatchAsync);
    }

    /// <summary>What the steps of the build share.</summary>
    public GatewayParts Parts { get; }

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
        await StopAsync().ConfigureAwait(false);
        if (_refusal is { } refusal)
            throw refusal;
        string file = Parts.Responses.NewFile();
        new NetworkRecord { Exchanges = [.. _exchanges.Values], Refused = [.. _attempts.Order(StringComparer.Ordinal)] }.Write(file);
        return file;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await _network.DisposeAsync().ConfigureAwait(false);
        _room.Dispose();
        _stop.Dispose();
        _refused.Dispose();
    }

    /// <summary>The number of a request that begins.</summary>
    public int Begin() => Interlocked.Increment(ref _begun);

    /// <summary>Remembers an exchange.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="exchange">What went on.</param>
    public void Note(int number, RecordedExchange exchange)
    {
        lock (_noting)
            _exchanges[number] = exchange;
    }

    /// <summary>Refuses something: it is told of, and ends the step where rules are in force.</summary>
    /// <param name="what">What was asked for.</param>
    /// <param name="rule">The rule that it breaks, in words.</param>
    /// <param name="port">The port that the program asked from; 0 where there is none.</param>
    /// <param name="ends">Whether it ends the step.</param>
    public void Refuse(string what, string rule, int port, bool ends)
    {
        what = Hide(what);
        string? process = port == 0 ? null : _network.FindProcess(port) is { } command ? Hide(command) : null;
        string told = process is null ? what : $"{what}, by {process}";
        lock (_noting)
        {
            if (_attempts.Contains(told) || _attempts.Count >= MaxRefused)
                return;
            _attempts.Add(told);
            if (ends)
                _refusal ??= new StepException(EngineCodes.NetworkDenied, $"the step asked for {told}: {rule}", "allow it in the policy (--policy), or take it into the lock file (caisson lock)");
        }
        if (ends)
            _refused.Cancel();
        else
            _warn(new StepException(EngineCodes.NetworkRefused, $"refused: {told}: {rule}", "a step on the gateway reaches the network over HTTP and HTTPS through the proxy that its environment names, and in no other way"));
    }

    /// <summary>A text without the secrets of the build.</summary>
    public string Hide(string text) => Secrets.SecretMask.Hide(text, Parts.Secrets);

    // Programs have ended by now, or are about to be killed: what still goes on is of no use to anyone.
    private async Task StopAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll([_accepting, _watching, .. _connections.Keys]).ConfigureAwait(false);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _room.WaitAsync(_stop.Token).ConfigureAwait(false);
                Socket socket = await _network.Listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
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
