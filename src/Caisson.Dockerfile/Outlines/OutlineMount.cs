using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Outlines;

/// <summary>A secret, an SSH agent or a cache that steps of a target mount.</summary>
/// <param name="Id">Its id.</param>
/// <param name="IsRequired">True when a step fails without it.</param>
/// <param name="Where">The first mount.</param>
public sealed record OutlineMount(string Id, bool IsRequired, SourceSpan Where);
