namespace Caisson.Engine;

/// <summary>A Dockerfile that the caller holds.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Content">Its text, as UTF-8.</param>
public sealed record GivenDockerfile(string Name, ReadOnlyMemory<byte> Content)
{
    /// <summary>The ignore file that counts for it; null for the one that is in the build context.</summary>
    public GivenDockerfile? Ignore { get; init; }
}
