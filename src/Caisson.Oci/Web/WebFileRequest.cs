using System.Collections.Immutable;

namespace Caisson.Oci.Web;

/// <summary>A file of the web to fetch.</summary>
/// <param name="Address">Its address, http or https. A user name and password in it are sent to that host as credentials.</param>
public sealed record WebFileRequest(Uri Address)
{
    /// <summary>The value of the <c>Authorization</c> header, for this host and no other; null to send none, or what the address has.</summary>
    public string? Authorization { get; init; }

    /// <summary>Entity tags of what is here already: when the server still has one of these, nothing is transferred.</summary>
    public ImmutableArray<string> KnownTags { get; init; } = [];

    /// <summary>Whether a redirect from https to http is followed: only where it is known what must come.</summary>
    public bool LeavesTls { get; init; }

    /// <summary>The address, without what is secret.</summary>
    public override string ToString() => WebFiles.Shown(Address);
}
