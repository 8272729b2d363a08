namespace Caisson.Engine.Sources.Gateway;

/// <summary>A request has no answer.</summary>
/// <param name="message">Why.</param>
/// <param name="cause">What found it.</param>
internal sealed class UpstreamException(string message, Exception? cause) : Exception(message, cause);
