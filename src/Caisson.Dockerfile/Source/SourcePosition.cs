namespace Caisson.Dockerfile.Source;

/// <summary>A place in a text as an editor shows it.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Column">Counted from 1 in characters (code points); a byte-order mark is not counted.</param>
public readonly record struct SourcePosition(int Line, int Column);
