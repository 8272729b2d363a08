using System.Text;
using Caisson.Dockerfile.Syntax;
using Caisson.Oci.Model;

namespace Caisson.Daemon.EngineApi;

/// <summary>An instruction as the classic builder tells of it, and what has come of it so far.</summary>
/// <param name="text">The instruction, in one line.</param>
/// <param name="stage">The number of its stage; -1 before the first.</param>
/// <param name="instruction">The instruction; null for a label that the client adds.</param>
internal sealed class ClassicStep(string text, int stage, Instruction? instruction)
{
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

    /// <summary>For FROM: the image.</summary>
    public string? Image { get; set; }

    /// <summary>What it wrote and nobody has been told.</summary>
    public StringBuilder Waiting { get; } = new();

    /// <summary>Whether it has been said that its program runs.</summary>
    public bool IsSaidToRun { get; set; }

    /// <summary>Work on a part of it begins.</summary>
    public void Begin(Digest id)
    {
        HasBegun = true;
        _open++;
        Id = id;
    }

    /// <summary>A part of it is done.</summary>
    public void End(bool isCached)
    {
        _open = Math.Max(0, _open - 1);
        _isCached &= isCached;
    }
}
