namespace Caisson.Oci.DockerEngine;

/// <summary>A Docker engine cannot be spoken to, or does not do what it is asked for.</summary>
/// <param name="message">What it said, or why it said nothing.</param>
/// <param name="cause">What failed below.</param>
public sealed class DockerEngineException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether no engine answered; otherwise one refused.</summary>
    public bool IsUnreachable { get; init; }
}
