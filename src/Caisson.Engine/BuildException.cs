using System.Collections.Immutable;
using Caisson.Dockerfile.Source;

namespace Caisson.Engine;

/// <summary>Something that the user asked for cannot be done: what, where, why, and what to do about it.</summary>
/// <param name="diagnostics">The findings; at least one, and among them at least one error.</param>
/// <param name="cause">What found it, for developers.</param>
public sealed class BuildException(ImmutableArray<Diagnostic> diagnostics, Exception? cause = null) : Exception(diagnostics.FirstOrDefault(static d => d.IsError, diagnostics[0]).Message, cause)
{
    /// <summary>One finding.</summary>
    public BuildException(string code, string message, string? hint = null, Exception? cause = null)
        : this([new Diagnostic(code, Severity.Error, message, Where: null, hint)], cause)
    {
    }

    /// <summary>The findings, warnings among them.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; } = diagnostics;

    /// <summary>The code of the first error.</summary>
    public string Code { get; } = diagnostics.FirstOrDefault(static d => d.IsError, diagnostics[0]).Code;

    /// <summary>The step whose program failed, when it was that.</summary>
    public FailedStep? FailedStep { get; init; }

    /// <summary>The name that the failed step was kept by (<see cref="LocalKeptSteps"/>); null when none was.</summary>
    public string? KeptStep { get; init; }
}
