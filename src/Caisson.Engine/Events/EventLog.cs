using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Caisson.Dockerfile.Source;
using Caisson.Oci.Model;

namespace Caisson.Engine.Events;

/// <summary>
/// The events of one build on their way to its reader. A reader that is slow, or that never comes, does not hold up the build: what steps write is
/// then dropped, line by line, before anything else is, and the reader is told how much.
/// </summary>
internal sealed class EventLog(TimeProvider time)
{
    // In characters, with what an event takes besides. When that much waits, lines are dropped until half of it has been read.
    private const long MaxWaiting = 8 << 20;
    private const int CostOfEvent = 200;

    // In lines of one step that are dropped: they say how it came to its end.
    private const int MaxKept = 100;

    private readonly Channel<BuildEvent> _channel = Channel.CreateUnbounded<BuildEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly long _start = time.GetTimestamp();
    private readonly Lock _adding = new();
    private readonly Lock _dropping = new();
    private readonly Dictionary<Digest, LastLines> _dropped = [];
    private long _waiting;
    private bool _isDropping;

    /// <summary>The time since the build began.</summary>
    public TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>The time of day.</summary>
    public DateTimeOffset Date => time.GetUtcNow();

    /// <summary>The Dockerfile; null until it has been read.</summary>
    public SourceText? Dockerfile { get; set; }

    /// <summary>Whether something waits for the reader.</summary>
    public bool HasMore => Volatile.Read(ref _waiting) > 0;

    /// <summary>Keeps what happens; null when no one does. Set before the first event.</summary>
    public IBuildRecorder? Recorder { get; set; }

    /// <summary>Takes an event.</summary>
    public void Add(BuildEvent happened)
    {
        if (EndedBy(happened) is { } step)
        {
            lock (_dropping)
                TellDropped(step);
        }
        if (Recorder is not { } recorder || happened is BuildEvent.StepOutput or BuildEvent.StepProgress)
        {
            Send(happened);
            return;
        }
        // One order for both: readers number the steps by it.
        lock (_adding)
        {
            recorder.Record(happened);
            Send(happened);
        }
    }

    /// <summary>Takes what a step writes, as it comes.</summary>
    public void AddBytes(Digest step, ReadOnlySpan<byte> bytes) => Recorder?.Write(step, bytes);

    /// <summary>Takes a line that a step wrote.</summary>
    public void AddOutput(BuildEvent.StepOutput output)
    {
        Digest step = output.Step;
        lock (_dropping)
        {
            long waiting = Volatile.Read(ref _waiting);
            _isDropping = waiting > (_isDropping ? MaxWaiting / 2 : MaxWaiting);
            if (_isDropping)
            {
                if (!_dropped.TryGetValue(step, out LastLines? dropped))
                    _dropped.Add(step, dropped = new LastLines(MaxKept));
                dropped.Add(output);
                return;
            }
            TellDropped(step);
            Send(output);
        }
    }

    /// <summary>Shows work that is no instruction of a Dockerfile as a step of its own.</summary>
    /// <param name="name">What people read; work of the same name at the same time is not told apart.</param>
    /// <param name="work">The work.</param>
    /// <param name="ct">Gives up.</param>
    public Task<T> ReportAsync<T>(string name, Func<CancellationToken, Task<T>> work, CancellationToken ct) => ReportAsync(name, (_, token) => work(token), ct);

    /// <summary>Shows work that is no instruction of a Dockerfile as a step of its own, which can say something of itself.</summary>
    /// <param name="name">What people read; work of the same name at the same time is not told apart.</param>
    /// <param name="work">The work, and what takes the lines that it says.</param>
    /// <param name="ct">Gives up.</param>
    public Task<T> ReportAsync<T>(string name, Func<Action<string>, CancellationToken, Task<T>> work, CancellationToken ct) => ReportAsync(name, export: null, work, ct);

    /// <summary>Shows work of an export as a step of its own.</summary>
    /// <param name="name">What people read; work of the same name at the same time is not told apart.</param>
    /// <param name="export">Of which export.</param>
    /// <param name="work">The work.</param>
    /// <param name="ct">Gives up.</param>
    public Task<T> ReportAsync<T>(string name, ExportWork export, Func<CancellationToken, Task<T>> work, CancellationToken ct) => ReportAsync(name, export, (_, token) => work(token), ct);

    private async Task<T> ReportAsync<T>(string name, ExportWork? export, Func<Action<string>, CancellationToken, Task<T>> work, CancellationToken ct)
    {
        Digest step = Digest.OfBytes(Encoding.UTF8.GetBytes("work/" + name));
        Add(new BuildEvent.StepStarted(step, name, Where: null) { At = Now, Export = export });
        try
        {
            T done = await work(line => AddOutput(new BuildEvent.StepOutput(step, IsError: false, line) { At = Now }), ct).ConfigureAwait(false);
            Add(new BuildEvent.StepCompleted(step, IsCached: false) { At = Now });
            return done;
        }
        catch (OperationCanceledException)
        {
            Add(new BuildEvent.StepCancelled(step) { At = Now });
            throw;
        }
        catch (Exception e)
        {
            Add(new BuildEvent.StepFailed(step, e.Message) { At = Now });
            throw;
        }
    }

    /// <summary>No more events will come.</summary>
    public void Complete() => _channel.Writer.TryComplete();

    /// <summary>The events; may be read once.</summary>
    public async IAsyncEnumerable<BuildEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (BuildEvent happened in _channel.Reader.ReadAllAsync(ct).ConfigureAwait(false))
        {
            Interlocked.Add(ref _waiting, -CostOf(happened));
            yield return happened;
        }
    }

    private static int CostOf(BuildEvent happened) => CostOfEvent + ((happened as BuildEvent.StepOutput)?.Line.Length ?? 0);

    private static Digest? EndedBy(BuildEvent happened) => happened switch
    {
        BuildEvent.StepCompleted completed => completed.Step,
        BuildEvent.StepFailed failed => failed.Step,
        BuildEvent.StepCancelled cancelled => cancelled.Step,
        _ => null,
    };

    private void Send(BuildEvent happened)
    {
        Interlocked.Add(ref _waiting, CostOf(happened));
        _channel.Writer.TryWrite(happened);
    }

    // How many are left out, and then the last of them.
    private void TellDropped(Digest step)
    {
        if (!_dropped.Remove(step, out LastLines? dropped))
            return;
        if (dropped.Lost > 0)
            Send(new BuildEvent.StepOutput(step, IsError: true, $"[{dropped.Lost} lines were not read in time and are left out here]") { At = Now });
        foreach (BuildEvent.StepOutput kept in dropped.Lines)
            Send(kept);
    }
}
