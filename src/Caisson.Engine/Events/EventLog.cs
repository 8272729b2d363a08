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
    private const int MaxWaiting = 20_000;

    private readonly Channel<BuildEvent> _channel = Channel.CreateUnbounded<BuildEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly long _start = time.GetTimestamp();
    private readonly Lock _adding = new();
    private int _waiting;
    private int _droppedLines;

    /// <summary>The time since the build began.</summary>
    public TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>The time of day.</summary>
    public DateTimeOffset Date => time.GetUtcNow();

    /// <summary>The Dockerfile; null until it has been read.</summary>
    public SourceText? Dockerfile { get; set; }

    /// <summary>Keeps what happens; null when no one does. Set before the first event.</summary>
    public IBuildRecorder? Recorder { get; set; }

    /// <summary>Takes an event.</summary>
    public void Add(BuildEvent happened)
    {
        Interlocked.Increment(ref _waiting);
        if (Recorder is not { } recorder || happened is BuildEvent.StepOutput or BuildEvent.StepProgress)
        {
            _channel.Writer.TryWrite(happened);
            return;
        }
        // One order for both: readers number the steps by it.
        lock (_adding)
        {
            recorder.Record(happened);
            _channel.Writer.TryWrite(happened);
        }
    }

    /// <summary>Takes what a step writes, as it comes.</summary>
    public void AddBytes(Digest step, ReadOnlySpan<byte> bytes) => Recorder?.Write(step, bytes);

    /// <summary>Takes a line that a step wrote.</summary>
    public void AddOutput(Digest step, bool isError, string line)
    {
        if (Volatile.Read(ref _waiting) > MaxWaiting)
        {
            Interlocked.Increment(ref _droppedLines);
            return;
        }
        if (Interlocked.Exchange(ref _droppedLines, 0) is int dropped and not 0)
            Add(new BuildEvent.StepOutput(step, IsError: true, $"[{dropped} lines were not read in time and are left out here]") { At = Now });
        Add(new BuildEvent.StepOutput(step, isError, line) { At = Now });
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
            T done = await work(line => AddOutput(step, isError: false, line), ct).ConfigureAwait(false);
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
            Interlocked.Decrement(ref _waiting);
            yield return happened;
        }
    }
}
