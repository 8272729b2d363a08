namespace Caisson.Dockerfile.Source;

/// <summary>How much a finding matters.</summary>
public enum Severity
{
    /// <summary>The build goes on; the text probably does not mean what its author thinks.</summary>
    Warning,

    /// <summary>The text cannot be built.</summary>
    Error,
}
