using System.Collections.Immutable;

namespace Caisson.Dockerfile.Syntax;

/// <summary><c>RUN [flags] line</c> or <c>RUN [flags] ["program", "argument"]</c>.</summary>
/// <param name="Header">The parts that every instruction has.</param>
/// <param name="Command">What was written, heredocs aside.</param>
public sealed record RunInstruction(InstructionHeader Header, CommandForm Command) : Instruction(Header)
{
    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.Run;

    /// <summary>The mounts, in order.</summary>
    public ImmutableArray<MountFlag> Mounts { get; init; } = [];

    /// <summary>The devices asked for, in order.</summary>
    public ImmutableArray<DeviceRequest> Devices { get; init; } = [];

    /// <summary>The network that the step sees.</summary>
    public NetworkMode Network { get; init; }

    /// <summary>What the step may do.</summary>
    public SecurityMode Security { get; init; }

    /// <summary>What is to be executed, heredocs included.</summary>
    public RunScript Script => RunScript.Of(this);
}
