using System.Net.Http.Headers;

namespace Caisson.Oci.Registry;

/// <summary>A token for one registry and scope, and when to stop using it.</summary>
internal sealed record AccessToken(string Value, DateTimeOffset GoodUntil)
{
    /// <summary>Whether the source of credentials got it, without saying whether it has any.</summary>
    public bool IsGiven { get; init; }

    public AuthenticationHeaderValue Header => new("Bearer", Value);

    public override string ToString() => nameof(AccessToken);
}
