namespace Caisson.Oci.Registry;

/// <summary>What a credential helper is asked for.</summary>
/// <param name="Name">The helper's name: letters, digits, <c>-</c>, <c>_</c> and <c>.</c> only.</param>
/// <param name="Action"><c>get</c>, <c>store</c> or <c>erase</c>.</param>
/// <param name="Input">What it reads on standard input: the server's address, or with <c>store</c> JSON with the secret, so that it is never part of a message.</param>
public sealed record CredentialHelperRequest(string Name, string Action, string Input)
{
    /// <summary>The name and the action, without the input.</summary>
    public override string ToString() => $"docker-credential-{Name} {Action}";
}
