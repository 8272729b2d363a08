using Caisson.Oci.Model;

namespace Caisson.Oci.Web;

/// <summary>What a server answered to a <see cref="WebFileRequest"/>.</summary>
public sealed record WebFile
{
    /// <summary>The entity tag without the mark of a weak one; null when the server gave none.</summary>
    public string? Tag { get; init; }

    /// <summary>When the server says it was changed last; null when it does not.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Digest of what was written; null when the server still has what <see cref="Tag"/> names, and nothing was transferred.</summary>
    public Digest? Content { get; init; }

    /// <summary>How many bytes were written.</summary>
    public long SizeBytes { get; init; }
}
