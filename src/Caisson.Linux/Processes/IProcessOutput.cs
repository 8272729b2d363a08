namespace Caisson.Linux.Processes;

/// <summary>Takes what a process writes, as it comes. The two streams are read at once: calls may overlap, those of one stream never do.</summary>
public interface IProcessOutput
{
    /// <summary>Takes bytes. They are only valid during the call.</summary>
    void Write(OutputStream stream, ReadOnlySpan<byte> bytes);
}
