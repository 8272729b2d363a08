using System.Globalization;
using Caisson.Dockerfile.Syntax;
using Caisson.Oci.Model;

namespace Caisson.Daemon.EngineApi;

/// <summary>An instruction as the classic builder tells of it, and what has come of it so far.</summary>
/// <param name="text">The instruction, in one line.</param>
/// <param name="stage">The number of its stage; -1 before the first.</param>
/// <param name="instruction">The instruction; null for a label that the client adds.</param>
internal sealed class ClassicStep(string text, int stage, Instruction? instruction)
{
    // Who waits for a step that comes first in the file is not told of those behind it; a program may write a lot meanwhile.
    private const int MaxWaiting = 4 << 20;

    private readonly Queue<string> _waiting = [];
    private long _leftOut;
    private int _open;
    private bool _isCached = true;

    /// <summary>The instruction, in one line.</summary>
    public string Text => text;

    /// <summary>The number of its stage.</summary>
    public int Stage => stage;

    /// <summary>The instruction.</summary>
    public Instruction? Instruction => instruction;

    /// <summary>Whether the engine tells of it: the others only change the configuration.</summary>
    public bool IsWork => instruction is RunInstruction or CopyInstruction or AddInstruction or WorkdirInstruction || (instruction is FromInstruction && IsImage);

    /// <summary>Whether the image that its stage begins with asks for it (ONBUILD).</summary>
    public bool IsTrigger { get; init; }

    /// <summary>For FROM: whether that is an image, and not a stage or nothing.</summary>
    public bool IsImage { get; init; }

    /// <summary>Whether no stage that is built needs it.</summary>
    public bool IsLeftOut { get; init; }

    /// <summary>Whether its first line has been said.</summary>
    public bool IsAnnounced { get; set; }

    /// <summary>Whether work on it has begun.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether work on it has ended.</summary>
    public bool HasEnded => HasBegun && _open == 0;

    /// <summary>Whether earlier results were taken for all of it.</summary>
    public bool IsCached => HasEnded && _isCached && instruction is not FromInstruction;

    /// <summary>Names what came of it.</summary>
    public Digest? Id { get; set; }

    /// <summary>For FROM: the image; null until it is known.</summary>
    public ClassicBase? Base { get; set; }

    /// <summary>How many characters it wrote that nobody has been told.</summary>
    public int Waiting { get; private set; }

    /// <summary>Whether its program has begun to run.</summary>
    public bool HasRun { get; private set; }

    /// <summary>Whether it has been said that its program runs.</summary>
    public bool IsSaidToRun { get; set; }

    /// <summary>Work on a part of it begins.</summary>
    /// <param name="id">Names what comes of it.</param>
    /// <param name="isCached">Whether an earlier result is taken.</param>
    public void Begin(Digest id, bool isCached)
    {
        HasBegun = true;
        HasRun |= !isCached && instruction is RunInstruction;
        _open++;
        Id = id;
    }

    /// <summary>It wrote a line. When too much waits, what it wrote first is left out.</summary>
    public void Write(string line)
    {
        _waiting.Enqueue(line);
        Waiting += line.Length;
        for (; Waiting > MaxWaiting; _leftOut++)
            Waiting -= _waiting.Dequeue().Length;
    }

    /// <summary>What it wrote and nobody has been told, which is told now.</summary>
    public string TakeWritten()
    {
        string leftOut = _leftOut == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"[{_leftOut} lines are left out here]\n");
        string text = leftOut + string.Concat(_waiting);
        _waiting.Clear();
        (Waiting, _leftOut) = (0, 0);
        return text;
    }

    /// <summary>A part of it is done.</summary>
    public void End(bool isCached)
    {
        _open = Math.Max(0, _open - 1);
        _isCached &= isCached;
    }
}
