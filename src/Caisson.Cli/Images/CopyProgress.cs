using System.Collections.Concurrent;
using Caisson.Cli.Progress;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Images;

/// <summary>How far a copy has come: one line of the terminal that is drawn again, at most some times a second.</summary>
/// <param name="output">The terminal.</param>
/// <param name="graph">What is copied.</param>
/// <param name="draws">Whether there is a terminal to draw on.</param>
/// <param name="time">The clock.</param>
internal sealed class CopyProgress(TextWriter output, ImageGraph graph, bool draws, TimeProvider time) : IBlobObserver
{
    private const string EraseLine = "\r\u001b[K";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<Digest, long> _read = new();
    private readonly Lock _turn = new();
    private long _drawn;
    private bool _isOnLine;

    /// <summary>What came of it.</summary>
    public string Summary
    {
        get
        {
            int all = graph.Blobs.Count;
            int copied = _read.Count;
            string there = copied < all ? $", {all - copied} were there" : "";
            return $"{Shown.Count(copied, "blob")} copied ({Bytes.Show(_read.Values.Sum())}){there}";
        }
    }

    /// <inheritdoc/>
    public void Opened(Descriptor blob) => _read.TryAdd(blob.Digest, 0);

    /// <inheritdoc/>
    public void Read(Descriptor blob, long totalBytes)
    {
        _read[blob.Digest] = totalBytes;
        if (draws)
            Draw();
    }

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        lock (_turn)
        {
            if (_isOnLine)
                output.Write(EraseLine);
            _isOnLine = false;
        }
    }

    private void Draw()
    {
        lock (_turn)
        {
            if (_isOnLine && time.GetElapsedTime(_drawn) < Pause)
                return;
            _drawn = time.GetTimestamp();
            _isOnLine = true;
            long expected = graph.Blobs.Sum(static b => b.Blob.Size);
            int done = graph.Blobs.Count(b => _read.TryGetValue(b.Blob.Digest, out long bytes) && bytes == b.Blob.Size);
            output.Write($"{EraseLine}copying: {done} of {Shown.Count(graph.Blobs.Count, "blob")}, {Bytes.Show(_read.Values.Sum())} of {Bytes.Show(expected)}");
        }
    }
}
