namespace Caisson.Linux.Sandbox;

/// <summary>The files that programs of a container opened on its root. Paths are from there, without a leading slash.</summary>
/// <param name="IsComplete">Whether nothing was missed. Where something may have been, a file that is not among them says nothing.</param>
/// <param name="Opened">All that were opened, for whatever.</param>
/// <param name="Read">Those that were opened to be executed, or by who did not write to them.</param>
public sealed record FileOpens(bool IsComplete, IReadOnlySet<string> Opened, IReadOnlySet<string> Read);
