using Caisson.Dockerfile.Source;

namespace Caisson.Engine;

/// <summary>A base image that nothing is known of.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Where">Where the Dockerfile names it.</param>
/// <param name="Reason">Why nothing is known of it, as the end of a sentence.</param>
public sealed record UnknownBase(string Name, SourceSpan Where, string Reason);
