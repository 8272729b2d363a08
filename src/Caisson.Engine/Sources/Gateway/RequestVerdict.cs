using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>What becomes of a request.</summary>
internal sealed record RequestVerdict
{
    /// <summary>Nobody says anything: it goes on.</summary>
    public static RequestVerdict Allowed { get; } = new();

    /// <summary>The rule that denies it, in words; null when it may go on.</summary>
    public string? Denial { get; init; }

    /// <summary>Where it goes instead; null for where it asks.</summary>
    public Uri? Instead { get; init; }

    /// <summary>The digest that the content must have; null for any.</summary>
    public Digest? Content { get; init; }

    /// <summary>The keyring that the package repository must be signed with that this is part of; null when it need not be.</summary>
    public string? Keyring { get; init; }

    /// <summary>The address of that repository: what comes before <c>dists/</c> and <c>pool/</c>.</summary>
    public Uri? Repository { get; init; }

    /// <summary>Whether a connection with TLS passes unseen.</summary>
    public bool IsTunnel { get; init; }
}
