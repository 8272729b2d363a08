using System.Collections.Immutable;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Ignore;

/// <summary>A <c>.dockerignore</c>: which files of the build context stay outside. Immutable.</summary>
/// <remarks>
/// The language of <c>moby/patternmatcher</c>: one pattern a line, the last that matches a path or one of its directories decides;
/// <c>*</c> and <c>?</c> stay within a name, <c>**</c> goes over any number of names, <c>[a-z]</c> is one character, <c>\</c>
/// escapes, <c>!</c> takes back, <c>#</c> at the beginning of a line is a comment.
/// </remarks>
public sealed class IgnoreFile
{
    /// <summary>How many patterns a file may have.</summary>
    public const int MaxPatterns = 10_000;

    /// <summary>How long a pattern may be, in characters.</summary>
    public const int MaxPatternLength = 1024;

    private IgnoreFile(SourceText source, IgnoreMatcher matcher, ImmutableArray<Diagnostic> diagnostics)
    {
        Source = source;
        Matcher = matcher;
        Diagnostics = diagnostics;
    }

    /// <summary>The text that was read.</summary>
    public SourceText Source { get; }

    /// <summary>The patterns in order; those that could not be read are left out.</summary>
    public ImmutableArray<IgnorePattern> Patterns => Matcher.Patterns;

    /// <summary>Matches paths against the patterns.</summary>
    public IgnoreMatcher Matcher { get; }

    /// <summary>Patterns that could not be read; each an error, for what it was to keep out would come in.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; }

    /// <summary>True when a pattern could not be read.</summary>
    public bool HasErrors => !Diagnostics.IsEmpty;

    /// <summary>Reads a file; never throws on bad text.</summary>
    public static IgnoreFile Parse(SourceText source)
    {
        DiagnosticBag diagnostics = new();
        foreach (Diagnostic fault in source.Faults)
            diagnostics.Add(fault);
        ImmutableArray<IgnorePattern> lines = ReadLines(source, diagnostics);
        var globs = ImmutableArray.CreateBuilder<IgnoreGlob>();
        var patterns = ImmutableArray.CreateBuilder<IgnorePattern>();
        foreach (IgnorePattern pattern in lines)
        {
            if (IgnoreGlob.TryParse(pattern.Pattern, out IgnoreGlob? glob, out string? problem))
            {
                globs.Add(glob);
                patterns.Add(pattern);
                continue;
            }
            string message = $"the pattern {Quoted.Of(pattern.ToString())} cannot be read: {problem}";
            diagnostics.Error(
                DiagnosticCodes.BadIgnorePattern, pattern.Where, message, "a backslash makes the character behind it ordinary");
        }
        return new IgnoreFile(source, new IgnoreMatcher(patterns.ToImmutable(), globs.ToImmutable()), diagnostics.ToImmutable());
    }

    private static ImmutableArray<IgnorePattern> ReadLines(SourceText source, DiagnosticBag diagnostics)
    {
        var patterns = ImmutableArray.CreateBuilder<IgnorePattern>();
        for (int line = 1; line <= source.LineCount; line++)
        {
            SourceSpan span = source.Line(line);
            if (source.Text.AsSpan(span.Start, span.Length).StartsWith("#"))
                continue;
            if (patterns.Count == MaxPatterns || span.Length > MaxPatternLength)
            {
                string message = $"at most {MaxPatterns} patterns of at most {MaxPatternLength} characters are read";
                diagnostics.Error(DiagnosticCodes.TooManyIgnorePatterns, source.SpanOf(span.Start, 0), message);
                break;
            }
            if (IgnorePattern.Read(span.Text, span) is { } pattern)
                patterns.Add(pattern);
        }
        return patterns.ToImmutable();
    }
}
