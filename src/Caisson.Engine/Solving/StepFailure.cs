using Caisson.Engine.Graph;

namespace Caisson.Engine.Solving;

/// <summary>A step failed: which one, and why.</summary>
internal sealed class StepFailure(Node node, Exception reason) : Exception(reason.Message, reason)
{
    /// <summary>The step.</summary>
    public Node Node { get; } = node;

    /// <summary>Why.</summary>
    public Exception Reason { get; } = reason;
}
