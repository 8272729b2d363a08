namespace Caisson.Dockerfile.Syntax;

/// <summary><c>HEALTHCHECK [flags] CMD command</c> or <c>HEALTHCHECK NONE</c>.</summary>
/// <param name="Header">The parts that every instruction has.</param>
/// <param name="Command">The command that tests; null for NONE, which takes the base image's test away.</param>
public sealed record HealthcheckInstruction(InstructionHeader Header, CommandForm? Command) : Instruction(Header)
{
    /// <inheritdoc/>
    public override InstructionKind Kind => InstructionKind.Healthcheck;

    /// <summary>Time between two tests; null when not given, or given as 0.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>Time that a test may take; null when not given, or given as 0.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Time after start in which failures do not count; null when not given, or given as 0.</summary>
    public TimeSpan? StartPeriod { get; init; }

    /// <summary>Time between two tests within the start period; null when not given, or given as 0.</summary>
    public TimeSpan? StartInterval { get; init; }

    /// <summary>Number of failures in a row that make a container unhealthy; null when not given.</summary>
    public int? Retries { get; init; }
}
