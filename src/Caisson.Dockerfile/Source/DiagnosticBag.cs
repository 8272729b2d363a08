using System.Collections.Immutable;

namespace Caisson.Dockerfile.Source;

/// <summary>Collects findings and stops counting where no reader would go on.</summary>
internal sealed class DiagnosticBag
{
    public const int MaxDiagnostics = 200;

    // Null until there is one: most bags stay empty.
    private List<Diagnostic>? _found;
    private int _dropped;

    public bool HasErrors { get; private set; }

    public void Error(string code, SourceSpan? where, string message, string? hint = null) =>
        Add(new Diagnostic(code, Severity.Error, message, where, hint));

    public void Warn(string code, SourceSpan? where, string message, string? hint = null) =>
        Add(new Diagnostic(code, Severity.Warning, message, where, hint));

    public void Add(Diagnostic diagnostic)
    {
        HasErrors |= diagnostic.IsError;
        _found ??= [];
        if (_found.Count < MaxDiagnostics)
            _found.Add(diagnostic);
        else
            _dropped++;
    }

    /// <summary>True when further findings would only be counted; what is costly to find can then be left out.</summary>
    public bool IsFull => _found is { Count: >= MaxDiagnostics };

    /// <summary>All findings by place; those without one come last, in the order of their discovery.</summary>
    public ImmutableArray<Diagnostic> ToImmutable()
    {
        if (_found is null)
            return [];
        IEnumerable<Diagnostic> sorted = _found.OrderBy(static d => d.Where?.Start ?? int.MaxValue);
        if (_dropped == 0)
            return [.. sorted];
        string message = $"{_dropped} more findings are not shown";
        Severity severity = HasErrors ? Severity.Error : Severity.Warning;
        return [.. sorted, new Diagnostic(DiagnosticCodes.TooManyDiagnostics, severity, message)];
    }
}
