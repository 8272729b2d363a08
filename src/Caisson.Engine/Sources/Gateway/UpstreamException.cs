namespace Caisson.Engine.Sources.Gateway;

/// <summary>A request has no answer.</summary>
/// <param name="message">Why.</param>
/// <param name="cause">What found it, or null.</param>
internal sealed class UpstreamException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether the build must not go on without the answer.</summary>
    public bool IsRefusal { get; init; }
}
