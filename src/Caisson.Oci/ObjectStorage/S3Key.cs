namespace Caisson.Oci.ObjectStorage;

/// <summary>A key for object storage.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Secret">What requests are signed with.</param>
/// <param name="SessionToken">What comes with a temporary key; null for others.</param>
public sealed record S3Key(string Id, string Secret, string? SessionToken)
{
    /// <summary>The name of the key alone.</summary>
    public override string ToString() => Id;
}
