namespace Caisson.Engine.Events;

/// <summary>Which export some work is of.</summary>
/// <param name="Number">Which of the exports that the build was asked for, counted from 0.</param>
public sealed record ExportWork(int Number)
{
    /// <summary>What is brought to its destination, which is the last work of an export; null for what comes before. Of files there is no image.</summary>
    public BuildResult? Written { get; init; }
}
