namespace Caisson.Engine;

/// <summary>Who asks a bucket.</summary>
/// <param name="AccessKeyId">The name of the key.</param>
/// <param name="SecretAccessKey">The key.</param>
/// <param name="SessionToken">What comes with a temporary key; null for others.</param>
public sealed record S3Credential(string AccessKeyId, string SecretAccessKey, string? SessionToken)
{
    /// <summary>The name of the key alone.</summary>
    public override string ToString() => AccessKeyId;
}
