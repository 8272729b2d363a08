namespace Caisson.Oci.Registry;

/// <summary>A token that somebody else has got from a token server.</summary>
/// <param name="Token">The token.</param>
/// <param name="Lifetime">How long it is good from now on; zero when that is not known.</param>
public sealed record GivenToken(string Token, TimeSpan Lifetime)
{
    /// <summary>Not the token.</summary>
    public override string ToString() => nameof(GivenToken);
}
