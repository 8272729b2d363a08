namespace Caisson.Dockerfile.Source;

/// <summary>One finding about a text: what is wrong, where, and what to do.</summary>
/// <param name="Code">Stable code from <see cref="DiagnosticCodes"/>; of a check, the name of its rule.</param>
/// <param name="Severity">Whether the text can still be built.</param>
/// <param name="Message">What is wrong, in one line; values quoted.</param>
/// <param name="Where">The place; null when no single place is at fault.</param>
/// <param name="Hint">What to do about it; null when the message says it.</param>
public sealed record Diagnostic(string Code, Severity Severity, string Message, SourceSpan? Where = null, string? Hint = null)
{
    /// <summary>True when the text cannot be built.</summary>
    public bool IsError => Severity == Severity.Error;

    /// <summary>Place, code and message, then the line with the place marked, then the hint; no line end after the last line.</summary>
    public override string ToString() => DiagnosticRenderer.Render(this);
}
