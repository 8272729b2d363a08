namespace Caisson.Oci.Transfer;

/// <summary>An operation on images cannot be done. The message is a fact.</summary>
public sealed class TransferException(TransferProblem problem, string message, string? hint = null) : Exception(message)
{
    /// <summary>What stands in the way.</summary>
    public TransferProblem Problem { get; } = problem;

    /// <summary>What to do about it; null when that is always the same.</summary>
    public string? Hint { get; } = hint;
}
