namespace Caisson.Oci.Registry;

/// <summary>How a credential helper ended.</summary>
/// <param name="ExitCode">0 when it found credentials.</param>
/// <param name="Output">Its standard output; holds the secret, so it is never part of a message.</param>
public sealed record CredentialHelperResult(int ExitCode, string Output)
{
    /// <summary>The exit code, without the output.</summary>
    public override string ToString() => $"exit code {ExitCode}";
}
