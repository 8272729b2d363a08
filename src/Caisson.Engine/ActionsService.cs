namespace Caisson.Engine;

/// <summary>The cache service of GitHub Actions, with what it takes to use it.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Token">Who asks.</param>
public sealed record ActionsService(Uri Address, string Token)
{
    /// <summary>The name of the cache.</summary>
    public string Scope { get; init; } = "caisson";

    /// <summary>Whether it is spoken to in version 2 of its protocol.</summary>
    public bool IsVersion2 { get; init; }

    /// <summary>The address alone.</summary>
    public override string ToString() => Address.Host;
}
