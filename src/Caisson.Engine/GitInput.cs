namespace Caisson.Engine;

/// <summary>A commit that a build took files from.</summary>
/// <param name="Remote">Where it came from, without credentials.</param>
/// <param name="Reference">What stood for the commit, by its whole name (<c>refs/heads/main</c>); null when the commit was named itself.</param>
/// <param name="Commit">The whole id of the commit, in hexadecimal digits.</param>
public sealed record GitInput(string Remote, string? Reference, string Commit);
