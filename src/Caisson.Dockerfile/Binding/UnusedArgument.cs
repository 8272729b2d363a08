using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Binding;

/// <summary>A build argument that was given and that no ARG declares.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Hint">What to do.</param>
public sealed record UnusedArgument(string Name, string Hint)
{
    /// <summary>The warning.</summary>
    public Diagnostic ToDiagnostic() => new(DiagnosticCodes.UnusedBuildArgument, Severity.Warning, $"the build argument {Quoted.Of(Name)} is declared by no ARG", Where: null, Hint);
}
