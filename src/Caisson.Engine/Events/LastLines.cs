namespace Caisson.Engine.Events;

/// <summary>The last lines that a step wrote. Not thread-safe.</summary>
/// <param name="max">How many are kept.</param>
internal sealed class LastLines(int max)
{
    private readonly Queue<BuildEvent.StepOutput> _lines = [];

    /// <summary>How many there were before them.</summary>
    public int Lost { get; private set; }

    /// <summary>Those that are kept, in order.</summary>
    public IEnumerable<BuildEvent.StepOutput> Lines => _lines;

    /// <summary>Takes a line.</summary>
    public void Add(BuildEvent.StepOutput line)
    {
        _lines.Enqueue(line);
        if (_lines.Count <= max)
            return;
        _lines.Dequeue();
        Lost++;
    }
}
