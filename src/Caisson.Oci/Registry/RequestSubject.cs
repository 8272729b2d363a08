namespace Caisson.Oci.Registry;

/// <summary>What messages about a request speak of.</summary>
/// <param name="Registry">The registry that it is for.</param>
/// <param name="What">What it was asked for.</param>
/// <param name="IsIdentified">Whether we said who we are; a token for anybody does not.</param>
internal readonly record struct RequestSubject(string Registry, string What, bool IsIdentified)
{
    /// <summary>The host that was asked; another one than the registry when that is its token server.</summary>
    public string Host { get; init; } = Registry;
}
