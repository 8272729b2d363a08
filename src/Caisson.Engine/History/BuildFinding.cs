namespace Caisson.Engine.History;

/// <summary>Something that a build told its user.</summary>
/// <param name="Code">The diagnostic's code.</param>
/// <param name="Message">What.</param>
/// <param name="File">The name of the text that it is about; null when it is about none.</param>
/// <param name="Line">The line there.</param>
/// <param name="Hint">What to do.</param>
public sealed record BuildFinding(string Code, string Message, string? File = null, int? Line = null, string? Hint = null);
