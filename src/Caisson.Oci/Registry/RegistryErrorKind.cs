namespace Caisson.Oci.Registry;

/// <summary>What went wrong between us and a registry.</summary>
public enum RegistryErrorKind
{
    /// <summary>There was no answer: name, connection, time-out, or a transfer that broke.</summary>
    Unreachable,

    /// <summary>The host shows a certificate that neither the system nor the given roots vouch for.</summary>
    Untrusted,

    /// <summary>The registry wants credentials, or other ones.</summary>
    Unauthorized,

    /// <summary>The registry knows who we are and says no.</summary>
    Denied,

    /// <summary>There is no such repository, tag, manifest or blob.</summary>
    NotFound,

    /// <summary>Too many requests; <see cref="RegistryException.RetryAfter"/> may say how long to wait.</summary>
    RateLimited,

    /// <summary>Larger than the registry, or we, accept.</summary>
    TooLarge,

    /// <summary>What came, or what we sent, is not what its digest, size or type says, or breaks the protocol.</summary>
    InvalidContent,

    /// <summary>The registry failed.</summary>
    ServerError,

    /// <summary>The registry refused the request for another reason, or does not support it.</summary>
    Rejected,

    /// <summary>The answer would have led somewhere that must not be followed: another scheme, or plain HTTP.</summary>
    UnsafeRedirect,

    /// <summary>The image's manifest is of a form that is no longer read: Docker's schema 1.</summary>
    ObsoleteFormat,

    /// <summary>A layer that the registry does not have and whose manifest names other addresses for it, which are not asked.</summary>
    ForeignLayer,

    /// <summary>The registry cannot do what it is asked for.</summary>
    Unsupported,

    /// <summary>The network is not to be used.</summary>
    Offline,

    /// <summary>The settings say that the registry is not to be used.</summary>
    Blocked,
}
